import { printable } from '../core/text.ts';
import { shownText } from '../ui/ascii.ts';
import { hangingLines } from '../ui/hanging-lines.ts';
import { brushFor } from '../ui/metrics-paint.ts';

/** An error and what may be done about it, for standard error; on a terminal as wide as that. */
export function errorLines(message: string, hint: string | undefined): string[] {
  const { paint, symbols, next, theme } = brushFor(process.argv, process.env, 'stderr');
  const stream = process.stderr;
  const shown = (text: string) => shownText(printable(text, 2000), theme);
  const sign = symbols.failed;
  const lines = hangingLines(shown(message), { sign, painted: paint('bad', sign), stream });
  if (hint)
    lines.push(
      ...hangingLines(shown(hint), { sign: `  ${next}`, painted: `  ${paint('quiet', next)}`, stream }),
    );
  return lines;
}
