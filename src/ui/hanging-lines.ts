import stringWidth from 'string-width';
import { columnsOf } from './columns-of.ts';
import { wrapWords } from './wrap-words.ts';

const narrowest = 20;

/** A text behind its sign, on a terminal as wide as that; further lines begin under its first word. `painted` is the sign in its colours. */
export function hangingLines(
  text: string,
  { sign, painted = sign, stream }: { sign: string; painted?: string; stream: NodeJS.WriteStream },
): string[] {
  const indent = stringWidth(sign) + 1;
  const columns = columnsOf(stream) ?? Number.POSITIVE_INFINITY;
  return wrapWords([text], Math.max(narrowest, columns - indent)).map((line, index) =>
    index === 0 ? `${painted} ${line}` : `${' '.repeat(indent)}${line}`,
  );
}
