import { statSync } from 'node:fs';
import type { LocatedLog } from '../access-log/find-logs.ts';
import type { OpenLog } from '../access-log/log-file.ts';
import { systemCodeOf } from '../errors.ts';

/** How far the reading of all logs is, in bytes as they are stored: of a compressed log, before decompression. */
export interface StoredBytes {
  /** What is settled, read in this run or before. */
  doneBytes: number;
  /** What this run read; a rate is made of that. */
  readBytes: number;
  /** Undefined where a log has no size, as standard input. */
  totalBytes: number | undefined;
}

/** Counts stored bytes over several logs, one after the other. */
export class ReadingProgress {
  readonly #totalBytes: number | undefined;
  #doneBytes = 0;
  #readBytes = 0;
  #log: OpenLog | undefined;
  #skippedBytes = 0;

  constructor(inputs: readonly LocatedLog[]) {
    const sizes = inputs.map(sizeOf);
    this.#totalBytes = sizes.every((size) => size !== undefined)
      ? sizes.reduce((sum, size) => sum + size, 0)
      : undefined;
  }

  begin(log: OpenLog): void {
    this.#log = log;
    this.#skippedBytes = 0;
  }

  /** An earlier run read so much of the log's beginning, and this one seeks to behind it. */
  skip(storedBytes: number): void {
    this.#skippedBytes = storedBytes;
  }

  end(): void {
    this.#doneBytes += this.#log?.identity?.sizeBytes ?? 0;
    this.#readBytes += this.#log?.storedBytes?.() ?? 0;
    this.#log = undefined;
  }

  now(): StoredBytes {
    const read = this.#log?.storedBytes?.() ?? 0;
    const size = this.#log?.identity?.sizeBytes ?? 0;
    return {
      doneBytes: this.#doneBytes + Math.min(size, this.#skippedBytes + read),
      readBytes: this.#readBytes + read,
      totalBytes: this.#totalBytes,
    };
  }
}

/** What is not there fails when it is read. */
function sizeOf({ path, open, sizeBytes }: LocatedLog): number | undefined {
  if (open || path === '-') return sizeBytes;
  try {
    const found = statSync(path);
    return found.isFile() ? found.size : undefined;
  } catch (error) {
    if (systemCodeOf(error) === undefined) throw error;
    return undefined;
  }
}
