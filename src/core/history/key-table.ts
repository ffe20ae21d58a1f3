import { isUtf8 } from 'node:buffer';
import { sortByBytes } from './byte-order.ts';
import { grown } from './growing-arrays.ts';

const firstKeys = 2048;

/**
 * Numbers keys from 0 by their bytes, so that an event costs no string. Open addressing over seeded FNV-1a hashes; the
 * bytes lie in one growing block.
 */
export class KeyTable {
  readonly #seed: number;
  #count = 0;
  #slots = new Int32Array(firstKeys * 2);
  /** Two places a key: where its bytes begin, which is where those of the key before end, and its hash. */
  #places = new Int32Array(firstKeys * 2);
  #bytes = Buffer.alloc(firstKeys * 16);

  /** The seed is a secret of this run, so that nobody can write a log whose keys all collide. */
  constructor(seed: number) {
    this.#seed = seed | 0;
  }

  get count(): number {
    return this.#count;
  }

  get byteLength(): number {
    return this.#places[this.#count * 2] as number;
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
    for (let next = slots[slot] as number; next !== 0; next = slots[slot] as number) {
      if (this.#places[next * 2 - 1] === hash && this.#equals(next - 1, bytes, start, end)) return next - 1;
      slot = (slot + 1) & mask;
    }
    if (seen >= 128 && !isUtf8(bytes.subarray(start, end))) return -1;
    return this.#append(slot, hash, bytes, start, end);
  }

  text(key: number): string {
    return this.#bytes.toString('utf8', this.#places[key * 2] as number, this.#places[key * 2 + 2] as number);
  }

  /** All keys, in the order of their bytes. */
  sorted(): Int32Array {
    const keys = new Int32Array(this.#count);
    for (let key = 0; key < keys.length; key++) keys[key] = key;
    sortByBytes(keys, this.#bytes, this.#places);
    return keys;
  }

  #equals(key: number, bytes: Uint8Array, start: number, end: number): boolean {
    const own = this.#places[key * 2] as number;
    if ((this.#places[key * 2 + 2] as number) - own !== end - start) return false;
    const held = this.#bytes;
    for (let i = start, j = own; i < end; i++, j++) if (bytes[i] !== held[j]) return false;
    return true;
  }

  #append(slot: number, hash: number, bytes: Uint8Array, start: number, end: number): number {
    const key = this.#count++;
    this.#places = grown(this.#places, key * 2 + 3);
    const from = this.#places[key * 2] as number;
    const to = from + end - start;
    if (this.#bytes.length < to) {
      this.#bytes = Buffer.concat([this.#bytes], Math.max(to, this.#bytes.length * 2));
    }
    for (let i = start, j = from; i < end; i++, j++) this.#bytes[j] = bytes[i] as number;
    this.#places[key * 2 + 1] = hash;
    this.#places[key * 2 + 2] = to;
    this.#slots[slot] = key + 1;
    if (this.#count * 2 > this.#slots.length) this.#rehash();
    return key;
  }

  #rehash(): void {
    const slots = new Int32Array(this.#slots.length * 2);
    const mask = slots.length - 1;
    for (let key = 0; key < this.#count; key++) {
      let slot = (this.#places[key * 2 + 1] as number) & mask;
      while (slots[slot] !== 0) slot = (slot + 1) & mask;
      slots[slot] = key + 1;
    }
    this.#slots = slots;
  }
}
