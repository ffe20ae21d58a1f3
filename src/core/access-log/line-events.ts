import { isUtf8 } from 'node:buffer';
import { type AccessSink, maxKeyBytes } from './access-sink.ts';
import type { EventTimes } from './event-times.ts';
import { KeyPattern } from './key-pattern.ts';
import type { LineTally } from './line-tally.ts';

/**
 * Gives the sink the events of one line, and then counts the line once: with events if a key of it gave one, else rejected if a
 * key was refused, else ignored; a refused key beside one that gave an event is dropped. With a key pattern, a logged key that it does not match gives no event.
 */
export class LineEvents {
  readonly #sink: AccessSink;
  readonly #tally: LineTally;
  readonly #times: EventTimes;
  readonly #pattern: KeyPattern | undefined;
  readonly #mapped = Buffer.alloc(maxKeyBytes + 1);
  #events = 0;
  #refusal: string | undefined;
  #isUnmatched = false;

  constructor(sink: AccessSink, tally: LineTally, keyPattern?: string) {
    this.#sink = sink;
    this.#tally = tally;
    this.#times = tally.times;
    this.#pattern = keyPattern === undefined ? undefined : new KeyPattern(keyPattern);
  }

  /** Takes one logged key: the bytes [start, end). `sizeBytes` is -1 where the log gives none. */
  add(bytes: Buffer, start: number, end: number, timeMs: number, isWrite: boolean, sizeBytes: number): void {
    if (this.#pattern) this.addFound([bytes.subarray(start, end)], timeMs, isWrite, sizeBytes);
    else this.#add(bytes, start, end, timeMs, isWrite, sizeBytes);
  }

  /** Takes the key that the key pattern finds in the first of these texts that it matches. */
  addFound(texts: readonly Buffer[], timeMs: number, isWrite: boolean, sizeBytes: number): void {
    for (const text of texts) {
      const key = this.#pattern?.find(text);
      if (key === undefined) continue;
      if (!key.isWellFormed() || (key.includes('\ufffd') && !isUtf8(text))) this.#refusal = notUtf8;
      else if (Buffer.byteLength(key) > maxKeyBytes) this.#refusal = tooLong;
      else this.#add(this.#mapped, 0, this.#mapped.write(key), timeMs, isWrite, sizeBytes);
      return;
    }
    this.#isUnmatched = true;
  }

  /** Ends the line. */
  end(): void {
    if (this.#events > 0) this.#tally.countEvents(this.#events);
    else if (this.#refusal !== undefined) this.#tally.reject(this.#refusal);
    else if (this.#isUnmatched) this.#tally.ignoreUnmatched();
    else this.#tally.ignored++;
    this.#events = 0;
    this.#refusal = undefined;
    this.#isUnmatched = false;
  }

  #add(bytes: Buffer, start: number, end: number, timeMs: number, isWrite: boolean, sizeBytes: number): void {
    if (start === end) this.#refusal = 'the key is empty';
    else if (end - start > maxKeyBytes) this.#refusal = tooLong;
    else if (timeMs > this.#times.acceptedUntilMs) this.#refusal = 'the time lies in the future';
    else if (this.#sink.add(bytes, start, end, timeMs, isWrite, sizeBytes)) {
      this.#events++;
      this.#times.take(timeMs);
    } else this.#refusal = notUtf8;
  }
}

const notUtf8 = 'the key is not valid UTF-8';
const tooLong = `the key is longer than ${maxKeyBytes} bytes`;
