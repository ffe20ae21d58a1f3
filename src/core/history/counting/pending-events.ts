import { isUtf8 } from 'node:buffer';

/** How many events wait together. Their keys stay in the first cache. */
export const pendingAtMost = 256;
const firstKeyBytes = 8192;

/**
 * Events that wait to be counted together: what is known of their keys lies far away in memory, and asking for all of it at once costs little more than asking for one.
 */
export class PendingEvents {
  count = 0;
  /** Seeded FNV-1a of the keys. */
  readonly hashes = new Int32Array(pendingAtMost);
  /** Key i is [starts[i], starts[i + 1]) of `bytes`. */
  readonly starts = new Int32Array(pendingAtMost + 1);
  bytes = Buffer.alloc(firstKeyBytes);
  readonly timesMs = new Float64Array(pendingAtMost);
  readonly sizesBytes = new Float64Array(pendingAtMost);
  readonly isWrite = new Uint8Array(pendingAtMost);
  readonly #seed: number;
  readonly #limit: number;

  /** The seed is a secret of this run, so that a log cannot be written for its keys to collide in every run. */
  constructor(seed: number, limit = pendingAtMost) {
    this.#seed = seed | 0;
    this.#limit = Math.max(1, Math.min(limit, pendingAtMost));
  }

  get isFull(): boolean {
    return this.count === this.#limit;
  }

  /** Returns false, and takes nothing, if the key is not valid UTF-8. */
  add(
    bytes: Uint8Array,
    start: number,
    end: number,
    timeMs: number,
    isWrite: boolean,
    sizeBytes: number,
  ): boolean {
    const i = this.count;
    let at = this.starts[i] as number;
    if (at + end - start > this.bytes.length) this.#grow(at + end - start);
    const held = this.bytes;
    let hash = this.#seed;
    let seen = 0;
    for (let from = start; from < end; from++) {
      const byte = bytes[from] as number;
      held[at++] = byte;
      seen |= byte;
      hash = Math.imul(hash ^ byte, 0x01000193);
    }
    if (seen >= 128 && !isUtf8(bytes.subarray(start, end))) return false;
    this.starts[i + 1] = at;
    this.hashes[i] = hash ^ (hash >>> 15);
    this.timesMs[i] = timeMs;
    this.sizesBytes[i] = sizeBytes;
    this.isWrite[i] = isWrite ? 1 : 0;
    this.count = i + 1;
    return true;
  }

  #grow(length: number): void {
    const larger = Buffer.alloc(Math.max(length, this.bytes.length * 2));
    larger.set(this.bytes);
    this.bytes = larger;
  }
}
