import { printable } from '../text.ts';
import type { AccessSink } from './access-sink.ts';
import { LineEvents } from './line-events.ts';
import type { LineTally } from './line-tally.ts';
import { NameTable } from './name-table.ts';
import { type OperationKind, operationKind } from './operations.ts';
import { parseSizeBytes } from './sizes.ts';
import { parseTimeMs } from './timestamps.ts';

/** Where each column's place is kept in `starts` and `ends`. */
export const Slot = { time: 0, op: 1, key: 2, size: 3 } as const;

/** What a parser marks a record's fields in, before it hands the record over. */
export interface FieldTaker {
  /** Where field i begins and ends in the bytes that `take` gets. */
  readonly starts: Int32Array;
  readonly ends: Int32Array;
  /** Takes one record and counts it. */
  take(bytes: Buffer): void;
}

export interface EventReaderOptions {
  hasOperation: boolean;
  keyPattern?: string | undefined;
  /** What an operation's name does; without it, the names that are known everywhere. */
  operations?: ((name: string) => OperationKind | undefined) | undefined;
}

/**
 * Turns the fields of one line, marked in `starts` and `ends`, into an event for the sink, or counts the line as rejected or
 * ignored. A missing size is an empty range.
 */
export class EventReader implements FieldTaker {
  readonly starts = new Int32Array(4);
  readonly ends = new Int32Array(4);
  readonly #tally: LineTally;
  readonly #events: LineEvents;
  readonly #operations: NameTable<OperationKind>;
  readonly #hasOperation: boolean;
  readonly #units: Float64Array;

  constructor(sink: AccessSink, tally: LineTally, options: EventReaderOptions) {
    this.#tally = tally;
    this.#units = tally.times.units;
    this.#events = new LineEvents(sink, tally, options.keyPattern);
    this.#operations = new NameTable(options.operations ?? operationKind);
    this.#hasOperation = options.hasOperation;
  }

  take(bytes: Buffer): void {
    const { starts, ends } = this;
    const timeMs = parseTimeMs(bytes, starts[Slot.time] as number, ends[Slot.time] as number, this.#units);
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
    const sizeBytes = parseSizeBytes(bytes, starts[Slot.size] as number, ends[Slot.size] as number);
    if (Number.isNaN(sizeBytes)) return this.#reject(bytes, Slot.size, 'is not a size in bytes');
    this.#events.add(bytes, starts[Slot.key] as number, ends[Slot.key] as number, timeMs, isWrite, sizeBytes);
    this.#events.end();
  }

  #reject(bytes: Buffer, slot: number, reason: string): void {
    const start = this.starts[slot] as number;
    const text = bytes.toString('utf8', start, Math.min(this.ends[slot] as number, start + 200));
    this.#tally.reject(text === '' ? `an empty field ${reason}` : `'${printable(text, 40)}' ${reason}`);
  }
}
