import { isUtf8 } from 'node:buffer';
import { sortByBytes } from './byte-order.ts';
import { grown } from './growing-arrays.ts';

/**
 * Numbers keys from 0 by their bytes, so that an event costs no string. Open addressing over seeded FNV-1a hashes; the bytes lie in
 * one growing block.
 */
export class KeyTable {
  readonly #seed: number;
  #count = 0;
  #slots = new Int32Array(1 << 12);
  #hashes = new Int32Array(1 << 11);
  /** Key i is the bytes from ends[i] to ends[i + 1]. */
  #ends = new Uint32Array((1 << 11) + 1);
  #bytes = new Uint8Array(1 << 16);

  /** The seed is a secret of this run, so that nobody can write a log whose keys all collide. */
  constructor(seed: number) {
    this.#seed = seed | 0;
  }

  get count(): number {
    return this.#count;
  }

  get byteLength(): number {
    return this.#ends[this.#count] as number;
  }

  /** The key's number, a new one if it is new; -1 if it is not valid UTF-8. */
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
    const mask = slots.length - 1;
    let slot = hash & mask;
    for (let entry = slots[slot] as number; entry !== 0; entry = slots[slot] as number) {
      if (this.#hashes[entry - 1] === hash && this.#equals(entry - 1, bytes, start, end)) return entry - 1;
      slot = (slot + 1) & mask;
    }
    if (seen >= 128 && !isUtf8(bytes.subarray(start, end))) return -1;
    return this.#append(slot, hash, bytes, start, end);
  }

  text(key: number): string {
    const start = this.#ends[key] as number;
    return Buffer.from(this.#bytes.buffer, start, (this.#ends[key + 1] as number) - start).toString('utf8');
  }

  /** All keys by their bytes. */
  sorted(): Int32Array {
    const keys = Int32Array.from({ length: this.#count }, (_, key) => key);
    sortByBytes(keys, this.#bytes, this.#ends);
    return keys;
  }

  #equals(key: number, bytes: Uint8Array, start: number, end: number): boolean {
    const own = this.#ends[key] as number;
    if ((this.#ends[key + 1] as number) - own !== end - start) return false;
    const held = this.#bytes;
    for (let i = start, j = own; i < end; i++, j++) if (bytes[i] !== held[j]) return false;
    return true;
  }

  #append(slot: number, hash: number, bytes: Uint8Array, start: number, end: number): number {
    const key = this.#count++;
    const from = this.#ends[key] as number;
    this.#bytes = grown(this.#bytes, from + end - start);
    for (let i = start, j = from; i < end; i++, j++) this.#bytes[j] = bytes[i] as number;
    this.#ends = grown(this.#ends, key + 2);
    this.#ends[key + 1] = from + end - start;
    this.#hashes = grown(this.#hashes, key + 1);
    this.#hashes[key] = hash;
    this.#slots[slot] = key + 1;
    if (this.#count * 2 > this.#slots.length) this.#rehash();
    return key;
  }

  #rehash(): void {
    const slots = new Int32Array(this.#slots.length * 2);
    const mask = slots.length - 1;
    for (let key = 0; key < this.#count; key++) {
      let slot = (this.#hashes[key] as number) & mask;
      while (slots[slot] !== 0) slot = (slot + 1) & mask;
      slots[slot] = key + 1;
    }
    this.#slots = slots;
  }
}
