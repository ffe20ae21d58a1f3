import { printable } from '../core/text.ts';
import { asciiText } from '../ui/ascii.ts';
import { columnsOf } from '../ui/columns-of.ts';
import { brushFor } from '../ui/metrics-paint.ts';
import { wrapWords } from '../ui/wrap-words.ts';

const narrowest = 20;

/** An error and what may be done about it, for standard error; on a terminal as wide as that. */
export function errorLines(message: string, hint: string | undefined): string[] {
  const { paint, symbols, next, theme } = brushFor(process.argv, process.env, 'stderr');
  const shown = (text: string) => {
    const safe = printable(text, 2000);
    return theme.unicode ? safe : asciiText(safe);
  };
  const lines = hanging(paint('bad', symbols.failed), symbols.failed, shown(message));
  if (hint) lines.push(...hanging(`  ${paint('quiet', next)}`, `  ${next}`, shown(hint)));
  return lines;
}

/** A text behind its sign, whose further lines begin under its first word. */
function hanging(painted: string, sign: string, text: string): string[] {
  const indent = sign.length + 1;
  const columns = columnsOf(process.stderr) ?? Number.POSITIVE_INFINITY;
  return wrapWords([text], Math.max(narrowest, columns - indent)).map((line, index) =>
    index === 0 ? `${painted} ${line}` : `${' '.repeat(indent)}${line}`,
  );
}
