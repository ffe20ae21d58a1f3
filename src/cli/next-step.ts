import stringWidth from 'string-width';
import { shellWord } from '../core/doctor/words.ts';
import type { ReplicaGroup } from '../core/group/config.ts';
import { columnsOf } from '../ui/columns-of.ts';
import { brushFor } from '../ui/metrics-paint.ts';

/** The line that a command ends with when it has done its work: what is useful next. An empty line goes before it. */
export function nextStep(command: string): string {
  const { theme, arrow, paint } = brushFor(process.argv, process.env);
  const lead = `${theme.plain ? '' : `${arrow} `}Next: `;
  const columns = columnsOf(process.stdout) ?? Number.POSITIVE_INFINITY;
  const [first = '', ...rest] = shellLines(command, columns, lead.length);
  const lines = [`${lead}${paint('strong', first)}`, ...rest.map((line) => paint('strong', line))];
  return `\n${lines.join('\n')}`;
}

const indent = '    ';

/** A command on lines of that width that a shell takes for one; it is broken before options. `taken` columns of the first are not free. */
export function shellLines(command: string, columns: number, taken: number): string[] {
  if (taken + stringWidth(command) <= columns) return [command];
  const lines: string[] = [];
  let line = '';
  for (const part of command.match(/(?:'[^']*'|\\.|[^\s'\\])+(?: (?!--)(?:'[^']*'|\\.|[^\s'\\])+)*/g) ?? []) {
    const room = columns - (lines.length === 0 ? taken : 0) - 2;
    if (line !== '' && stringWidth(`${line} ${part}`) > room) {
      lines.push(`${line} \\`);
      line = `${indent}${part}`;
    } else line = line === '' ? part : `${line} ${part}`;
  }
  return [...lines, line];
}

/** The command that sends rows in the order of a plan. */
export function sendWith(plan: string): string {
  return `foresync add-replica NAME --host HOST --store sqlite:PATH --plan ${shellWord(plan)}`;
}

/** What stands for a new replica's store in a suggested command; without a group, for that of a file. */
export function storeWord(group: ReplicaGroup | undefined): string {
  return group?.lead.store.kind === 'postgres' ? 'postgres://USER@SERVER/DATABASE' : 'sqlite:PATH';
}

/** What a suggested command needs to find the same files again; nothing where they are the usual ones. */
export function sameFiles(flags: { config?: string | undefined; state?: string | undefined }): string {
  const usual = { config: 'foresync.yaml', state: 'foresync.db' };
  return (['config', 'state'] as const)
    .map((name) => {
      const file = flags[name];
      return file === undefined || file === usual[name] ? '' : ` --${name} ${shellWord(file)}`;
    })
    .join('');
}
