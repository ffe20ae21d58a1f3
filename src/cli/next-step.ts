import { shellWord } from '../core/doctor/words.ts';
import { brushFor } from '../ui/metrics-paint.ts';

/** The line that a command ends with when it has done its work: what is useful next. An empty line goes before it. */
export function nextStep(command: string): string {
  const { theme, arrow, paint } = brushFor(process.argv, process.env);
  return `\n${theme.plain ? '' : `${arrow} `}Next: ${paint('strong', command)}`;
}

/** The command that sends rows in the order of a plan. */
export function sendWith(plan: string): string {
  return `foresync add-replica NAME --host HOST --store sqlite:PATH --plan ${shellWord(plan)}`;
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
