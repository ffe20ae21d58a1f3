import { type LineParser, maxLineBytes } from './access-sink.ts';
import type { LineTally } from './line-tally.ts';

const lineFeed = 10;
const carriageReturn = 13;

/** Takes the line in [start, end) of `block`, without its end and never blank, and counts it. */
export interface LineTaker {
  line(block: Buffer, start: number, end: number): void;
}

/** Reads formats whose lines stand for themselves. Lines end with LF or CRLF; blank ones are ignored. */
export class LineByLine implements LineParser {
  readonly #lines: LineTaker;
  readonly #tally: LineTally;

  constructor(lines: LineTaker, tally: LineTally) {
    this.#lines = lines;
    this.#tally = tally;
  }

  parse(block: Buffer, start: number, end: number, _isLast: boolean): number {
    for (let position = start; position < end; ) {
      const next = block.indexOf(lineFeed, position) + 1;
      const lineEnd = next - (next - position > 1 && block[next - 2] === carriageReturn ? 2 : 1);
      if (next - position > maxLineBytes) this.#tally.reject('the line is longer than 1 MiB');
      else if (isBlank(block, position, lineEnd)) this.#tally.ignored++;
      else this.#lines.line(block, position, lineEnd);
      this.#tally.nextLine++;
      position = next;
    }
    return end;
  }
}

export function isBlank(block: Buffer, start: number, end: number): boolean {
  for (let i = start; i < end; i++) if ((block[i] as number) > 32) return false;
  return true;
}
