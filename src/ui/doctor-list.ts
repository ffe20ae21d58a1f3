import type { Check, Level, Report } from '../core/doctor/check.ts';
import type { Verdict } from '../core/doctor/verdict.ts';
import { printable } from '../core/text.ts';
import { formatCounted } from './format.ts';
import type { Brush } from './metrics-paint.ts';
import type { Role, Theme } from './theme.ts';
import { wrapWords } from './wrap-words.ts';

const width = 79;
const idWidth = 13;
const indent = 4;

const looks: Record<Level, { sign: keyof Theme['symbols']; role: Role; textRole: Role }> = {
  ok: { sign: 'done', role: 'good', textRole: 'plain' },
  info: { sign: 'info', role: 'quiet', textRole: 'plain' },
  warning: { sign: 'warning', role: 'warning', textRole: 'warning' },
  failure: { sign: 'failed', role: 'bad', textRole: 'bad' },
};

/** All that was found at one place, for 80 columns, with an empty line before it. */
export function reportLines(report: Report, brush: Brush): string[] {
  return ['', title(report, brush), ...report.checks.flatMap((check) => checkLines(check, brush))];
}

function title({ role, replica, host }: Report, brush: Brush): string {
  if (role === 'here') return `  ${brush.paint('strong', 'here')}`;
  const where = host === 'local' ? 'on this machine' : `at ${printable(host, 60)}`;
  const what = { lead: 'the lead donor', donor: 'a donor', joiner: 'the joiner' }[role];
  return `  ${brush.paint('strong', printable(replica ?? '', 60))} ${brush.paint('quiet', `${what}, ${where}`)}`;
}

function checkLines({ id, level, text, hint, command }: Check, brush: Brush): string[] {
  const { sign, role, textRole } = looks[level];
  const [first = '', ...more] = wrapWords([printable(text, 1000)], width - indent - idWidth);
  const further = ' '.repeat(indent + idWidth);
  return [
    `  ${brush.paint(role, brush.symbols[sign])} ${brush.paint('quiet', id.padEnd(idWidth))}${brush.paint(textRole, first)}`,
    ...more.map((line) => `${further}${brush.paint(textRole, line)}`),
    ...(hint === undefined ? [] : hintLines(hint, further, brush)),
    // Not wrapped, so that it can be copied.
    ...(command === undefined ? [] : [`${further}  ${printable(command, 9000)}`]),
  ];
}

function hintLines(hint: string, further: string, brush: Brush): string[] {
  const arrow = `${brush.next} `;
  const lines = wrapWords([printable(hint, 1000)], width - further.length - arrow.length);
  return lines.map((line, n) =>
    n === 0
      ? `${further}${brush.paint('quiet', brush.next)} ${line}`
      : `${further}${' '.repeat(arrow.length)}${line}`,
  );
}

/** What it comes to, with an empty line before it. */
export function verdictLines({ failures, warnings }: Verdict, brush: Brush): string[] {
  const counts = [
    ...(failures > 0 ? [formatCounted(failures, 'failure')] : []),
    ...(warnings > 0 ? [formatCounted(warnings, 'warning')] : []),
  ].join(', ');
  if (failures > 0) return ['', brush.paint('bad', `${counts}.`)];
  const ready = brush.paint('good', 'Ready.');
  return ['', warnings > 0 ? `${ready} ${brush.paint('warning', `${counts}.`)}` : ready];
}
