import type { AccessSink } from './access-sink.ts';
import { clfTimeBytes } from './clf-time.ts';
import { EventReader, Slot } from './event-reader.ts';
import type { LineTaker } from './line-by-line.ts';
import type { LineTally } from './line-tally.ts';

const space = 32;
const quote = 34;
const hash = 35;
const question = 63;
const openBracket = 91;
const backslash = 92;
const closeBracket = 93;

/**
 * Reads the Common Log Format and the combined one, which goes on with referer and user agent (Apache HTTP Server, "Log Files", Access
 * Log; nginx, ngx_http_log_module, log_format combined): `host ident user [time] "method target protocol" status bytes`. GET and
 * HEAD read; POST, PUT, PATCH and DELETE write; OPTIONS, TRACE and CONNECT are ignored, and so is a line without a request. The key
 * is the path without its query, or what a key pattern finds in the whole target.
 */
export class CombinedLines implements LineTaker {
  readonly #reader: EventReader;
  readonly #tally: LineTally;
  readonly #keepsQuery: boolean;

  constructor(sink: AccessSink, tally: LineTally, keyPattern: string | undefined) {
    this.#reader = new EventReader(sink, tally, { hasOperation: true, keyPattern });
    this.#tally = tally;
    this.#keepsQuery = keyPattern !== undefined;
  }

  line(block: Buffer, start: number, end: number): void {
    const time = timeIn(block, start, end);
    if (time === -1) return this.#tally.reject('there is no [time] with a "request" behind it');
    this.#mark(Slot.time, time, time + clfTimeBytes);
    const request = time + clfTimeBytes + 3; // Behind `] "`.
    const requestEnd = closingQuote(block, request, end);
    if (requestEnd === -1) return this.#tally.reject('the request has no closing quote');
    const bytesAt = endOf(space, block, requestEnd + 2, end) + 1;
    if (bytesAt > end) return this.#tally.reject('there is no size behind the status');
    this.#mark(Slot.size, bytesAt, endOf(space, block, bytesAt, end));
    const methodEnd = endOf(space, block, request, requestEnd);
    if (methodEnd === requestEnd) {
      // What was no HTTP, such as a TLS handshake on a plain port, is logged too.
      this.#tally.ignored++;
      return;
    }
    this.#mark(Slot.op, request, methodEnd);
    this.#markTarget(block, methodEnd + 1, endOf(space, block, methodEnd + 1, requestEnd));
    this.#reader.take(block);
  }

  #markTarget(block: Buffer, start: number, end: number): void {
    if (this.#keepsQuery) return this.#mark(Slot.key, start, end);
    const pathEnd = Math.min(endOf(question, block, start, end), endOf(hash, block, start, end));
    this.#mark(Slot.key, start, pathEnd);
  }

  #mark(slot: number, start: number, end: number): void {
    this.#reader.starts[slot] = start;
    this.#reader.ends[slot] = end;
  }
}

/** Where the time begins: a user's name may hold brackets too. */
function timeIn(block: Buffer, start: number, end: number): number {
  for (let at = start; at + clfTimeBytes + 4 <= end; at++) {
    const close = at + clfTimeBytes + 1;
    if (block[at] !== openBracket || block[close] !== closeBracket) continue;
    if (block[close + 1] === space && block[close + 2] === quote) return at + 1;
  }
  return -1;
}

/** A quote within the request is written `\"` by Apache and `\x22` by nginx. */
function closingQuote(block: Buffer, start: number, end: number): number {
  for (let at = start; at < end; at++) {
    if (block[at] === backslash) at++;
    else if (block[at] === quote) return at;
  }
  return -1;
}

/** Where the next such byte stands in [start, end), else `end`. */
function endOf(byte: number, block: Buffer, start: number, end: number): number {
  for (let at = start; at < end; at++) if (block[at] === byte) return at;
  return end;
}
