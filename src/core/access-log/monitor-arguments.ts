import { maxLineBytes } from './access-sink.ts';

const space = 32;
const quote = 34;
const backslash = 92;
const hexEscape = 120;

/** What stands behind a backslash, and the byte that it means, as sdscatrepr of Redis writes them; others mean themselves. */
const escapes = new Map(
  [...'nrtab'].map((letter, i) => [letter.charCodeAt(0), [10, 13, 9, 7, 8][i] as number]),
);

/** The quoted arguments of a command with their escapes undone. */
export class QuotedArguments {
  readonly bytes = Buffer.allocUnsafe(maxLineBytes);
  readonly starts: number[] = [];
  readonly ends: number[] = [];
  count = 0;

  /** Reads `"get" "key"` from `start` on to `end`. Returns false if there is anything else. */
  read(block: Buffer, start: number, end: number): boolean {
    this.count = 0;
    let length = 0;
    for (let at = start; ; at++) {
      if (block[at] !== quote) return false;
      this.starts[this.count] = length;
      for (at++; at < end && block[at] !== quote; at++) {
        let byte = block[at] as number;
        if (byte === backslash) {
          byte = block[++at] as number;
          if (byte === hexEscape && at + 2 < end) {
            byte = hexByte(block, at + 1);
            if (Number.isNaN(byte)) return false;
            at += 2;
          } else byte = escapes.get(byte) ?? byte;
        }
        this.bytes[length++] = byte;
      }
      if (at >= end) return false;
      this.ends[this.count++] = length;
      if (++at === end) return true;
      if (block[at] !== space) return false;
    }
  }

  text(at: number): string {
    return this.bytes.toString('latin1', this.starts[at], this.ends[at]);
  }

  /** Where the word stands as an argument, in any case, from `from` on; -1 if nowhere. */
  indexOf(word: string, from: number): number {
    for (let at = from; at < this.count; at++) {
      const length = (this.ends[at] as number) - (this.starts[at] as number);
      if (length === word.length && this.text(at).toUpperCase() === word) return at;
    }
    return -1;
  }
}

function hexByte(block: Buffer, at: number): number {
  const text = block.toString('latin1', at, at + 2);
  return /^[0-9a-f]{2}$/i.test(text) ? Number.parseInt(text, 16) : Number.NaN;
}
