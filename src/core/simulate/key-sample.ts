import type { AccessHistory, KeySeries } from '../history/access-history.ts';
import { orderHash } from '../history/segments/order-hash.ts';

const hashes = 2 ** 32;

/** A sample of keys by their hash: the same keys whatever they come from, each with all of its accesses. */
export class KeySample {
  readonly share: number;
  readonly #end: number;

  /** `share` is of all keys, above 0. */
  constructor(share: number) {
    this.share = Math.min(1, share);
    this.#end = this.share * hashes;
  }

  has(bytes: Uint8Array, start = 0, end = bytes.length): boolean {
    return this.share === 1 || orderHash(bytes, start, end) < this.#end;
  }

  hasText(key: string): boolean {
    return this.share === 1 || this.has(Buffer.from(key));
  }

  /** Where a key stands in a random order, from 0 to below 1: the same in every sample. */
  placeOf(key: string): number {
    const bytes = Buffer.from(key);
    return mixed(orderHash(bytes, 0, bytes.length)) / hashes;
  }

  /** The history of these keys alone. What it says of all keys together stays as it is. */
  of(history: AccessHistory): AccessHistory {
    if (this.share === 1) return history;
    const series = () => this.#seriesOf(history);
    return { bucketMs: history.bucketMs, summary: () => history.summary(), series };
  }

  *#seriesOf(history: AccessHistory): IterableIterator<KeySeries> {
    for (const series of history.series()) if (this.hasText(series.key)) yield series;
  }
}

/** Another number for each, so that keys whose hashes are close together stand anywhere. MurmurHash3's fmix32 over a turn of the golden ratio. */
function mixed(hash: number): number {
  let word = (hash + 0x9e3779b9) | 0;
  word = Math.imul(word ^ (word >>> 16), 0x85ebca6b);
  word = Math.imul(word ^ (word >>> 13), 0xc2b2ae35);
  return (word ^ (word >>> 16)) >>> 0;
}
