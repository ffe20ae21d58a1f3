import type { ForesyncError } from '../core/errors.ts';
import type { LogReading } from '../core/metrics/measure-run.ts';
import type { RunReport } from '../core/metrics/run-report.ts';
import { printable } from '../core/text.ts';
import { formatCounted } from './format.ts';
import type { Brush } from './metrics-paint.ts';
import { wrapWords } from './wrap-words.ts';

/** What of a log could not be read, the first few lines with their reasons; nothing where all could be. */
export function logLines({ name, rejected, firstRejects, isCut }: LogReading, brush: Brush): string[] {
  const cut = isCut
    ? warning(`${printable(name)} ends in the middle of a line: up to there it was counted.`, brush)
    : [];
  if (rejected === 0) return cut;
  const head = `${printable(name)}: ${formatCounted(rejected, 'line')} could not be read`;
  const reasons = firstRejects.map(({ line, reason }) => `    line ${line}: ${printable(reason)}`);
  return ['', `  ${brush.paint('warning', `${brush.symbols.warning} ${head}`)}`, ...reasons, ...cut];
}

/** Why a run was not measured by the log of the reads that its joiner answered. */
export function withoutOwnLines({ cameTrue }: RunReport, why: ForesyncError, brush: Brush): string[] {
  const stays = cameTrue ? ' What was measured before stays.' : '';
  return warning(`The joiner's own log was not measured. ${printable(why.message, 400)}${stays}`, brush);
}

function warning(text: string, brush: Brush): string[] {
  const [first = '', ...rest] = wrapWords([`${brush.symbols.warning} ${text}`], brush.width - 4);
  return [
    '',
    `  ${brush.paint('warning', first)}`,
    ...rest.map((line) => `    ${brush.paint('warning', line)}`),
  ];
}
