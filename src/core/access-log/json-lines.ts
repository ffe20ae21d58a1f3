import { isUtf8 } from 'node:buffer';
import type { LineTaker } from './line-by-line.ts';
import type { LineTally } from './line-tally.ts';

/** Takes one object and counts its line. `text` is the line. */
export interface ObjectTaker {
  take(object: Record<string, unknown>, text: string): void;
}

/** Reads the lines of JSON Lines: one object each. Those that begin with `#` are ignored. */
export class JsonLines implements LineTaker {
  readonly #objects: ObjectTaker;
  readonly #tally: LineTally;

  constructor(objects: ObjectTaker, tally: LineTally) {
    this.#objects = objects;
    this.#tally = tally;
  }

  line(block: Buffer, start: number, end: number): void {
    const bytes = block.subarray(start, end);
    const text = bytes.toString('utf8').trim();
    if (text.startsWith('#')) {
      this.#tally.ignored++;
      return;
    }
    if (text.includes('\ufffd') && !isUtf8(bytes)) return this.#tally.reject('the line is not valid UTF-8');
    let object: unknown;
    try {
      object = JSON.parse(text);
    } catch {
      return this.#tally.reject('the line is not JSON');
    }
    if (typeof object !== 'object' || object === null || Array.isArray(object))
      return this.#tally.reject('the line is no JSON object');
    this.#objects.take(object as Record<string, unknown>, text);
  }
}
