import { murmur2, murmur3 } from './murmur.ts';

/** Counters a row, and rows. What the server fills has the same shape (`countMinCell` in ../clickhouse/cold-keys.ts). */
export const countMinWidth = 65_536;
export const countMinDepth = 4;

const version = 1;

/**
 * How often each of very many keys was counted, from above: an estimate is never below the truth, and with probability 0.98 not more
 * than e / 65,536 of all that was counted above it. Cormode and Muthukrishnan, "An Improved Data Stream Summary: The Count-Min
 * Sketch and its Applications" (2005); the rows' hashes are h3 + row * h2, after Kirsch and Mitzenmacher, "Less Hashing, Same
 * Performance" (2006). 2 MB in memory. Counts past 2^53 lose digits.
 */
export class CountMin {
  readonly #counters = new Float64Array(countMinWidth * countMinDepth);

  add(key: Uint8Array, count: number): void {
    const [h3, h2] = [murmur3(key), murmur2(key)];
    for (let row = 0; row < countMinDepth; row++) this.addToCell(cellOf(h3, h2, row), count);
  }

  /** Adds to a counter, numbered row by row, that somebody else found for a key. */
  addToCell(cell: number, count: number): void {
    this.#counters[cell] = (this.#counters[cell] as number) + count;
  }

  /** At least as much as was added for the key. */
  atMost(key: Uint8Array): number {
    const [h3, h2] = [murmur3(key), murmur2(key)];
    let least = Number.POSITIVE_INFINITY;
    for (let row = 0; row < countMinDepth; row++)
      least = Math.min(least, this.#counters[cellOf(h3, h2, row)] as number);
    return least;
  }

  /** Adds all that the other counted. */
  merge(other: CountMin): void {
    for (let cell = 0; cell < this.#counters.length; cell++)
      this.addToCell(cell, other.#counters[cell] as number);
  }

  /** A byte of version, then each counter as a varint (LEB128): 262,145 bytes at least, 2.1 MB at most. */
  toBytes(): Buffer {
    const bytes = Buffer.allocUnsafe(1 + this.#counters.length * maxVarintBytes);
    bytes[0] = version;
    let at = 1;
    for (let rest of this.#counters) {
      for (; rest >= 128; rest = Math.floor(rest / 128)) bytes[at++] = (rest % 128) | 128;
      bytes[at++] = rest;
    }
    return Buffer.from(bytes.subarray(0, at));
  }

  /** Undoes `toBytes`. Throws a RangeError for bytes that it did not make. */
  static fromBytes(bytes: Uint8Array): CountMin {
    if (bytes[0] !== version) throw new RangeError('not a count-min sketch of this version');
    const sketch = new CountMin();
    let at = 1;
    for (let cell = 0; cell < sketch.#counters.length; cell++) {
      let count = 0;
      for (let weight = 1; ; weight *= 128) {
        const byte = bytes[at++];
        if (byte === undefined || weight > 2 ** 53)
          throw new RangeError('a count-min sketch that is cut short');
        count += (byte & 127) * weight;
        if (byte < 128) break;
      }
      sketch.#counters[cell] = count;
    }
    if (at !== bytes.length) throw new RangeError('a count-min sketch with something behind it');
    return sketch;
  }
}

const maxVarintBytes = 8;

function cellOf(h3: number, h2: number, row: number): number {
  return row * countMinWidth + ((h3 + row * h2) % countMinWidth);
}
