import { isUtf8 } from 'node:buffer';
import { sortByBytes } from './byte-order.ts';

/** Places of a record in `ints`, where they count from the record's first, and in `floats`, from half of that. */
export const Int = { hash: 0, bytesAt: 1, bytesLength: 2, bucket: 3, reads: 4, writes: 5 } as const;
export const Float = { firstMs: 4, lastMs: 5, lastReadMs: 6, sizeBytes: 7 } as const;

/** A record is one cache line. */
export const recordInts = 16;

const firstKeys = 2048;

/**
 * What is counted of each key, found by the key's bytes, so that an event costs no string. Open addressing over seeded FNV-1a
 * hashes. Waiting for memory is most of what an event costs, so a slot has the hash beside it, and all else of a key lies
 * in one cache line but its bytes.
 */
export class KeyRecords {
  ints = new Int32Array(recordInts * firstKeys);
  floats = new Float64Array(this.ints.buffer);
  readonly #seed: number;
  #count = 0;
  /** Two places a slot: a hash, and the key that has it, counted from 1. */
  #slots = new Int32Array(firstKeys * 4);
  #bytes = Buffer.alloc(firstKeys * 16);
  #byteLength = 0;

  /** The seed is a secret of this run, so that nobody can write a log whose keys all collide. */
  constructor(seed: number) {
    this.#seed = seed | 0;
  }

  get count(): number {
    return this.#count;
  }

  get byteLength(): number {
    return this.#byteLength;
  }

  /** The key's number, from 0, a new one if it is new; -1 if it is not valid UTF-8. A new record is zeros past its first three. */
  intern(bytes: Uint8Array, start: number, end: number): number {
    let hash = this.#seed;
    let seen = 0;
    for (let i = start; i < end; i++) {
      const byte = bytes[i] as number;
      seen |= byte;
      hash = Math.imul(hash ^ byte, 0x01000193);
    }
    hash ^= hash >>> 15;
    const slots = this.#slots;
    const mask = (slots.length >> 1) - 1;
    let slot = hash & mask;
    for (let key = slots[slot * 2 + 1] as number; key !== 0; key = slots[slot * 2 + 1] as number) {
      if (slots[slot * 2] === hash && this.#equals(key - 1, bytes, start, end)) return key - 1;
      slot = (slot + 1) & mask;
    }
    if (seen >= 128 && !isUtf8(bytes.subarray(start, end))) return -1;
    return this.#append(slot, hash, bytes, start, end);
  }

  text(key: number): string {
    const at = this.ints[key * recordInts + Int.bytesAt] as number;
    return this.#bytes.toString('utf8', at, at + (this.ints[key * recordInts + Int.bytesLength] as number));
  }

  /** All keys, in the order of their bytes. */
  sorted(): Int32Array {
    const keys = new Int32Array(this.#count);
    const ends = new Int32Array(this.#count + 1);
    for (let key = 0; key < keys.length; key++) {
      keys[key] = key;
      ends[key + 1] = (ends[key] as number) + (this.ints[key * recordInts + Int.bytesLength] as number);
    }
    sortByBytes(keys, this.#bytes, ends);
    return keys;
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
    this.#slots[slot * 2] = hash;
    this.#slots[slot * 2 + 1] = key + 1;
    if (this.#count * 4 > this.#slots.length) this.#rehash();
    return key;
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
