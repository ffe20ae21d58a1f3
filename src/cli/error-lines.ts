import { printable } from '../core/text.ts';
import { asciiText } from '../ui/ascii.ts';
import { brushFor } from '../ui/metrics-paint.ts';

/** An error and what may be done about it, for standard error. */
export function errorLines(message: string, hint: string | undefined): string[] {
  const { paint, symbols, next, theme } = brushFor(process.argv, process.env, 'stderr');
  const lines = [`${paint('bad', symbols.failed)} ${printable(message, 2000)}`];
  if (hint) lines.push(`  ${paint('quiet', next)} ${printable(hint, 2000)}`);
  return theme.unicode ? lines : lines.map(asciiText);
}
