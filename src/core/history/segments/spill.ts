import { closeSync, openSync, readSync, unlinkSync, writeSync } from 'node:fs';
import { ForesyncError, refusalOf } from '../../errors.ts';
import { rangeStart } from './order-hash.ts';
import type { RowAccesses } from './row-accesses.ts';
import { SegmentPacker, type SegmentSource } from './segment.ts';

/** Rows of one replica, sorted, that wait in a file to be merged. Plain data: any thread of the process can read it. */
export interface SpilledRows {
  replica: string;
  descriptor: number;
  /** Where each range of hashes begins in the file; one more for the end. */
  starts: number[];
  rows: number;
}

const lengthBytes = 4;
const bufferedBytes = 1024 * 1024;

/**
 * A file without a name, so that nothing is left of it when the process ends, however it ends. Segments lie in it one behind
 * the other, each behind its length.
 */
export class SpillFile {
  readonly #descriptor: number;
  readonly #ranges: number;
  #buffer = Buffer.allocUnsafe(bufferedBytes);
  #buffered = 0;
  #written = 0;

  /** `path` must not exist. Rows are kept apart by range of hashes. */
  constructor(path: string, ranges: number) {
    this.#descriptor = said(() => openSync(path, 'wx+', 0o600));
    unlinkSync(path);
    this.#ranges = ranges;
  }

  /** Writes one replica's rows; `add` must get them in their order. */
  spill(replica: string, bucketMs: number, rows: (add: SpillRow) => void): SpilledRows {
    const packer = new SegmentPacker(bucketMs, (segment) => this.#append(segment.bytes));
    const starts = [this.#end];
    let nextStart = rangeStart(1, this.#ranges);
    let count = 0;
    const endRange = () => {
      packer.flush();
      starts.push(this.#end);
      nextStart = rangeStart(starts.length, this.#ranges);
    };
    rows((hash, key, keyStart, keyEnd, accesses) => {
      while (hash >= nextStart && starts.length < this.#ranges) endRange();
      packer.add(hash, key, keyStart, keyEnd, accesses);
      count++;
    });
    while (starts.length <= this.#ranges) endRange();
    this.#flush();
    return { replica, descriptor: this.#descriptor, starts, rows: count };
  }

  close(): void {
    closeSync(this.#descriptor);
  }

  get #end(): number {
    return this.#written + this.#buffered;
  }

  #append(bytes: Uint8Array): void {
    if (this.#buffered + lengthBytes + bytes.length > this.#buffer.length) this.#flush();
    if (lengthBytes + bytes.length > this.#buffer.length)
      this.#buffer = Buffer.allocUnsafe(lengthBytes + bytes.length);
    this.#buffer.writeUInt32LE(bytes.length, this.#buffered);
    this.#buffer.set(bytes, this.#buffered + lengthBytes);
    this.#buffered += lengthBytes + bytes.length;
  }

  #flush(): void {
    for (let at = 0; at < this.#buffered; ) {
      const count = said(() =>
        writeSync(this.#descriptor, this.#buffer, at, this.#buffered - at, this.#written),
      );
      at += count;
      this.#written += count;
    }
    this.#buffered = 0;
  }
}

export type SpillRow = (
  hash: number,
  key: Uint8Array,
  keyStart: number,
  keyEnd: number,
  accesses: RowAccesses,
) => void;

/** The segments of one range of spilled rows. */
export class SpillSource implements SegmentSource {
  readonly #descriptor: number;
  #at: number;
  readonly #end: number;
  readonly #length = Buffer.allocUnsafe(lengthBytes);
  #buffer = Buffer.alloc(0);

  constructor({ descriptor, starts }: Pick<SpilledRows, 'descriptor' | 'starts'>, range: number) {
    this.#descriptor = descriptor;
    this.#at = starts[range] as number;
    this.#end = starts[range + 1] as number;
  }

  next(): Uint8Array | undefined {
    if (this.#at >= this.#end) return undefined;
    this.#read(this.#length);
    const length = this.#length.readUInt32LE();
    if (this.#buffer.length < length) this.#buffer = Buffer.allocUnsafeSlow(length);
    const bytes = this.#buffer.subarray(0, length);
    this.#read(bytes);
    return bytes;
  }

  #read(into: Buffer): void {
    for (let filled = 0; filled < into.length; ) {
      const count = readSync(this.#descriptor, into, filled, into.length - filled, this.#at);
      if (count === 0) throw new RangeError('a spill file ends too early');
      filled += count;
      this.#at += count;
    }
  }
}

function said<T>(write: () => T): T {
  try {
    return write();
  } catch (error) {
    throw new ForesyncError(
      'io',
      'spill-failed',
      `What was counted cannot be set aside: ${refusalOf(error)}.`,
      {
        hint: 'The folder of the state file must be writable and have room: for a long log several times what the history takes.',
        cause: error,
      },
    );
  }
}
