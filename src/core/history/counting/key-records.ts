import { compareBytes, orderHash } from '../segments/order-hash.ts';
import { type PendingEvents, pendingAtMost } from './pending-events.ts';
import { sortByNumber } from './sort-by-number.ts';

/** Places of a record in `ints`, where they count from the record's first, and in `floats`, from half of that. */
export const Int = { hash: 0, bytesAt: 1, bytesLength: 2, bucket: 3, reads: 4, writes: 5 } as const;
export const Float = { firstMs: 4, lastMs: 5, lastReadMs: 6, sizeBytes: 7 } as const;

/** A record is one cache line. */
export const recordInts = 16;

/** For what there is none of. */
export const none = -1;

/**
 * What is counted of each key, found by the key's bytes, so that an event costs no string. Open addressing over the hashes of `PendingEvents`. Waiting
 * for memory is most of what an event costs, so a slot has the hash beside it, all else of a key lies in one cache line but its bytes, and
 * what many events need is asked for before it is used (Balkesen et al., "Main-Memory Hash Joins on Multi-Core CPUs", 2013, on why that pays).
 */
export class KeyRecords {
  ints: Int32Array;
  floats: Float64Array;
  #count = 0;
  /** Two places a slot: a hash, and the key that has it, counted from 1. */
  #slots: Int32Array;
  #bytes: Buffer;
  #byteLength = 0;
  /** For each pending event: the key in its slot, and where that one's bytes lie. */
  readonly #candidates = new Int32Array(pendingAtMost);
  readonly #places = new Int32Array(pendingAtMost);

  /** `firstKeys`, a power of two, is how many there is room for at first. */
  constructor(firstKeys = 2048) {
    this.ints = new Int32Array(recordInts * firstKeys);
    this.floats = new Float64Array(this.ints.buffer);
    this.#slots = new Int32Array(firstKeys * 4);
    this.#bytes = Buffer.alloc(firstKeys * 16);
  }

  get count(): number {
    return this.#count;
  }

  get byteLength(): number {
    return this.#byteLength;
  }

  /** Puts the number of each event's key, from 0, into `keys`. A new key gets the next number, and a record without accesses. */
  find(events: PendingEvents, keys: Int32Array): void {
    const { count, hashes, starts, bytes } = events;
    this.#askFor(hashes, count);
    for (let i = 0; i < count; i++) {
      const key = (this.#candidates[i] as number) - 1;
      const start = starts[i] as number;
      const end = starts[i + 1] as number;
      keys[i] =
        key >= 0 && this.#equals(key, bytes, start, end)
          ? key
          : this.#intern(hashes[i] as number, bytes, start, end);
    }
  }

  /** What the keys are in: [startOf(key), endOf(key)). */
  get bytes(): Uint8Array {
    return this.#bytes;
  }

  startOf(key: number): number {
    return this.ints[key * recordInts + Int.bytesAt] as number;
  }

  endOf(key: number): number {
    return this.startOf(key) + (this.ints[key * recordInts + Int.bytesLength] as number);
  }

  /** All keys in the order of rows, and the order hash of each by its number. */
  sorted(): { keys: Uint32Array; hashes: Uint32Array } {
    const hashes = new Uint32Array(this.#count);
    for (let key = 0; key < this.#count; key++)
      hashes[key] = orderHash(this.#bytes, this.startOf(key), this.endOf(key));
    const bytes = this.#bytes;
    const keys = sortByNumber(hashes, (a, b) =>
      compareBytes(bytes, this.startOf(a), this.endOf(a), bytes, this.startOf(b), this.endOf(b)),
    );
    return { keys, hashes };
  }

  /** Forgets all keys, and keeps the memory for others. */
  clear(): void {
    this.#count = 0;
    this.#byteLength = 0;
    this.#slots.fill(0);
  }

  /** Three short loops: within each, no load waits for another. */
  #askFor(hashes: Int32Array, count: number): void {
    const candidates = this.#candidates;
    const places = this.#places;
    const slots = this.#slots;
    const mask = (slots.length >> 1) - 1;
    for (let i = 0; i < count; i++) {
      const hash = hashes[i] as number;
      const slot = (hash & mask) * 2;
      candidates[i] = slots[slot] === hash ? (slots[slot + 1] as number) : 0;
    }
    for (let i = 0; i < count; i++) {
      const key = candidates[i] as number;
      places[i] = key === 0 ? 0 : (this.ints[(key - 1) * recordInts + Int.bytesAt] as number);
    }
    let touched = 0;
    for (let i = 0; i < count; i++) touched ^= this.#bytes[places[i] as number] as number;
    // Used, so that the loop is not left out.
    this.#places[0] = touched;
  }

  #intern(hash: number, bytes: Uint8Array, start: number, end: number): number {
    const slots = this.#slots;
    const mask = (slots.length >> 1) - 1;
    let slot = hash & mask;
    for (let key = slots[slot * 2 + 1] as number; key !== 0; key = slots[slot * 2 + 1] as number) {
      if (slots[slot * 2] === hash && this.#equals(key - 1, bytes, start, end)) return key - 1;
      slot = (slot + 1) & mask;
    }
    return this.#append(slot, hash, bytes, start, end);
  }

  #equals(key: number, bytes: Uint8Array, start: number, end: number): boolean {
    const at = key * recordInts;
    if (this.ints[at + Int.bytesLength] !== end - start) return false;
    const held = this.#bytes;
    for (let i = start, j = this.ints[at + Int.bytesAt] as number; i < end; i++, j++)
      if (bytes[i] !== held[j]) return false;
    return true;
  }

  #append(slot: number, hash: number, bytes: Uint8Array, start: number, end: number): number {
    const key = this.#count++;
    const at = key * recordInts;
    if (at === this.ints.length) {
      const larger = new Int32Array(at * 2);
      larger.set(this.ints);
      this.ints = larger;
      this.floats = new Float64Array(larger.buffer);
    }
    const from = this.#byteLength;
    this.#byteLength += end - start;
    if (this.#bytes.length < this.#byteLength)
      this.#bytes = Buffer.concat([this.#bytes], Math.max(this.#byteLength, this.#bytes.length * 2));
    for (let i = start, j = from; i < end; i++, j++) this.#bytes[j] = bytes[i] as number;
    this.ints[at + Int.hash] = hash;
    this.ints[at + Int.bytesAt] = from;
    this.ints[at + Int.bytesLength] = end - start;
    this.#clearCounts(key);
    this.#slots[slot * 2] = hash;
    this.#slots[slot * 2 + 1] = key + 1;
    if (this.#count * 3 > this.#slots.length) this.#rehash();
    return key;
  }

  #clearCounts(key: number): void {
    const int = key * recordInts;
    const float = int / 2;
    this.ints[int + Int.bucket] = none;
    this.ints[int + Int.reads] = 0;
    this.ints[int + Int.writes] = 0;
    this.floats[float + Float.firstMs] = Number.POSITIVE_INFINITY;
    this.floats[float + Float.lastMs] = none;
    this.floats[float + Float.lastReadMs] = none;
    this.floats[float + Float.sizeBytes] = none;
  }

  #rehash(): void {
    const old = this.#slots;
    const slots = new Int32Array(old.length * 2);
    const mask = (slots.length >> 1) - 1;
    for (let i = 0; i < old.length; i += 2) {
      if (old[i + 1] === 0) continue;
      let slot = (old[i] as number) & mask;
      while (slots[slot * 2 + 1] !== 0) slot = (slot + 1) & mask;
      slots[slot * 2] = old[i] as number;
      slots[slot * 2 + 1] = old[i + 1] as number;
    }
    this.#slots = slots;
  }
}
