import type { LogReading } from '../core/metrics/measure-run.ts';
import { printable } from '../core/text.ts';
import { formatCounted } from './format.ts';
import type { Brush } from './metrics-paint.ts';

/** The lines of a log that could not be read, the first few with their reasons; nothing where all could be. */
export function rejectedLines({ name, rejected, firstRejects }: LogReading, brush: Brush): string[] {
  if (rejected === 0) return [];
  const head = `${printable(name)}: ${formatCounted(rejected, 'line')} could not be read`;
  const reasons = firstRejects.map(({ line, reason }) => `    line ${line}: ${printable(reason)}`);
  return ['', `  ${brush.paint('warning', `${brush.symbols.warning} ${head}`)}`, ...reasons];
}
