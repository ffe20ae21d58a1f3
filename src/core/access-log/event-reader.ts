import { printable } from '../text.ts';
import { type AccessSink, maxKeyBytes } from './access-sink.ts';
import type { LineTally } from './line-tally.ts';
import { OperationTable } from './operations.ts';
import { parseSizeBytes } from './sizes.ts';
import { parseTimeMs } from './timestamps.ts';

/** Where each column's place is kept in `starts` and `ends`. */
export const Slot = { time: 0, op: 1, key: 2, size: 3 } as const;

/**
 * Turns the fields of one line, marked in `starts` and `ends`, into an event for the sink, or counts the line as rejected or
 * ignored. A missing size is an empty range.
 */
export class EventReader {
  readonly starts = new Int32Array(4);
  readonly ends = new Int32Array(4);
  readonly #sink: AccessSink;
  readonly #tally: LineTally;
  readonly #operations = new OperationTable();
  readonly #hasOperation: boolean;

  constructor(sink: AccessSink, tally: LineTally, hasOperation: boolean) {
    this.#sink = sink;
    this.#tally = tally;
    this.#hasOperation = hasOperation;
  }

  take(bytes: Buffer): void {
    const { starts, ends } = this;
    const timeMs = parseTimeMs(bytes, starts[Slot.time] as number, ends[Slot.time] as number);
    if (Number.isNaN(timeMs)) return this.#reject(bytes, Slot.time, 'is not a time');
    let isWrite = false;
    if (this.#hasOperation) {
      const kind = this.#operations.find(bytes, starts[Slot.op] as number, ends[Slot.op] as number);
      if (kind === undefined) return this.#reject(bytes, Slot.op, 'is not an operation');
      if (kind === 'none') {
        this.#tally.ignored++;
        return;
      }
      isWrite = kind === 'write';
    }
    const keyStart = starts[Slot.key] as number;
    const keyEnd = ends[Slot.key] as number;
    if (keyStart === keyEnd) return this.#tally.reject('the key is empty');
    if (keyEnd - keyStart > maxKeyBytes)
      return this.#tally.reject(`the key is longer than ${maxKeyBytes} bytes`);
    const sizeBytes = parseSizeBytes(bytes, starts[Slot.size] as number, ends[Slot.size] as number);
    if (Number.isNaN(sizeBytes)) return this.#reject(bytes, Slot.size, 'is not a size in bytes');
    if (this.#sink.add(bytes, keyStart, keyEnd, timeMs, isWrite, sizeBytes)) this.#tally.events++;
    else this.#tally.reject('the key is not valid UTF-8');
  }

  #reject(bytes: Buffer, slot: number, reason: string): void {
    const start = this.starts[slot] as number;
    const text = bytes.toString('utf8', start, Math.min(this.ends[slot] as number, start + 200));
    this.#tally.reject(text === '' ? `an empty field ${reason}` : `'${printable(text, 40)}' ${reason}`);
  }
}
