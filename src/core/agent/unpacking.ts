import { release } from '../release.ts';
import { ByteGate } from './byte-gate.ts';
import { decompress, maxPartBytes } from './compression.ts';
import { sizeOf } from './part-sizes.ts';

/** How far decompression runs ahead of the handlers. */
const maxAheadBytes = 16 << 20;

/** All parts of one request: two images that hold the largest row. */
const maxRequestBytes = 2 * maxPartBytes;

/** Parts of a request, which share no memory with its payload. */
export interface Unpacked {
  parts: Buffer[];
  sizeBytes: number;
}

/**
 * Decompresses the parts of requests on other threads, in the order of the requests, so that what a peer can make an agent hold
 * is bounded: a few bytes of zstd may stand for gigabytes.
 */
export class Unpacking {
  readonly #ahead = new ByteGate(maxAheadBytes);
  #last: Promise<unknown> = Promise.resolve();

  /** The payload's memory is released. `spend` the parts once they are handled. */
  unpack(payload: Buffer, packed: readonly Buffer[]): Promise<Unpacked> {
    const unpacked = this.#last.then(async () => {
      await this.#ahead.room();
      const parts: Buffer[] = [];
      for (const part of packed) parts.push(await decompress(part, maxRequestBytes - sizeOf(parts)));
      // Where a part fails, another thread may still be reading it: then its memory is left to the garbage collector.
      release([payload]);
      const sizeBytes = sizeOf(parts);
      this.#ahead.take(sizeBytes);
      return { parts, sizeBytes };
    });
    this.#last = unpacked.catch(() => undefined);
    return unpacked;
  }

  spend({ parts, sizeBytes }: Unpacked): void {
    release(parts);
    this.#ahead.give(sizeBytes);
  }
}
