import type { AccessSink } from './access-sink.ts';
import type { Role } from './columns.ts';
import { EventReader, Slot } from './event-reader.ts';
import type { LineTally } from './line-tally.ts';
import { maxPatternedBytes } from './named-groups.ts';

/** What a field may take: enough for a pattern to look at, and for a key without one to show that it is too long. */
const maxFieldBytes = maxPatternedBytes + 4;

/** Hands fields that are strings to an `EventReader`, which reads bytes. */
export class TextFields {
  readonly #reader: EventReader;
  readonly #bytes = Buffer.alloc(Object.keys(Slot).length * maxFieldBytes);

  constructor(sink: AccessSink, tally: LineTally, hasOperation: boolean, keyPattern: string | undefined) {
    this.#reader = new EventReader(sink, tally, { hasOperation, keyPattern });
  }

  /** Sets one field of the next event; all four are to be set, those that are missing to ''. */
  put(role: Role, text: string): void {
    const slot = Slot[role];
    const start = slot * maxFieldBytes;
    this.#reader.starts[slot] = start;
    this.#reader.ends[slot] = start + this.#bytes.write(text, start, maxFieldBytes);
  }

  take(): void {
    this.#reader.take(this.#bytes);
  }
}
