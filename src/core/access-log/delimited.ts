import { type AccessSink, type LineParser, maxLineBytes } from './access-sink.ts';
import { EventReader, Slot } from './event-reader.ts';
import type { DelimitedLayout } from './layout.ts';
import type { LineTally } from './line-tally.ts';
import { readQuotedRecord } from './quoted-record.ts';

const lineFeed = 10;
const carriageReturn = 13;
const quote = 34;
const hash = 35;

/**
 * Reads CSV (RFC 4180: quoted fields may hold commas, doubled quotes and line feeds) and TSV (no quotes) straight from
 * bytes. Lines end with LF or CRLF; blank lines are ignored, and where the
 * first column is not the key also lines that begin with `#`.
 */
export class DelimitedParser implements LineParser {
  readonly #delimiter: number;
  readonly #quoted: boolean;
  /** Slot by column; the columns past its end are not needed. */
  readonly #slots: Int8Array;
  readonly #neededColumns: number;
  readonly #tally: LineTally;
  readonly #reader: EventReader;
  #headerIsNext: boolean;

  constructor(layout: DelimitedLayout, sink: AccessSink, tally: LineTally, atStart: boolean) {
    const { time, op, key, size } = layout.columns;
    this.#delimiter = layout.format === 'tsv' ? 9 : 44;
    this.#quoted = layout.format === 'csv';
    this.#slots = new Int8Array(Math.max(time, key, op ?? 0, size ?? 0) + 1).fill(-1);
    this.#slots[time] = Slot.time;
    this.#slots[key] = Slot.key;
    if (op !== undefined) this.#slots[op] = Slot.op;
    if (size !== undefined) this.#slots[size] = Slot.size;
    this.#neededColumns = Math.max(time, key, op ?? 0) + 1;
    this.#tally = tally;
    this.#reader = new EventReader(sink, tally, op !== undefined);
    this.#headerIsNext = layout.hasHeader && atStart;
  }

  parse(block: Buffer, start: number, end: number, isLast: boolean): number {
    const delimiter = this.#delimiter;
    const quotes = this.#quoted ? quote : -1;
    const slots = this.#slots;
    const { starts, ends } = this.#reader;
    let position = start;
    while (position < end) {
      let at = position;
      let column = 0;
      let byte = -1;
      starts[Slot.size] = 0;
      ends[Slot.size] = 0;
      for (;;) {
        const fieldStart = at;
        byte = block[at] as number;
        if (byte === quotes) break;
        while (byte !== delimiter && byte !== lineFeed) byte = block[++at] as number;
        const slot = column < slots.length ? (slots[column] as number) : -1;
        if (slot >= 0) {
          starts[slot] = fieldStart;
          ends[slot] = byte === lineFeed && at > fieldStart && block[at - 1] === carriageReturn ? at - 1 : at;
        }
        column++;
        at++;
        if (byte === lineFeed) break;
      }
      if (byte === quotes) {
        const next = this.#quotedRecord(block, position, end, isLast);
        if (next === -1) return position;
        position = next;
        continue;
      }
      this.#line(block, position, at, column);
      this.#tally.nextLine++;
      position = at;
    }
    return end;
  }

  #line(block: Buffer, start: number, end: number, columns: number): void {
    if (columns === 1 && isBlank(block, start, end)) this.#tally.ignored++;
    else if (block[start] === hash && this.#slots[0] !== Slot.key) this.#tally.ignored++;
    else if (this.#takesHeader()) this.#tally.ignoreHeader();
    else if (end - start > maxLineBytes) this.#tally.reject('the line is longer than 1 MiB');
    else this.#event(block, columns);
  }

  #event(bytes: Buffer, columns: number): void {
    if (columns < this.#neededColumns) {
      this.#tally.reject(
        `${columns} ${columns === 1 ? 'column' : 'columns'} where ${this.#neededColumns} are needed`,
      );
    } else this.#reader.take(bytes);
  }

  #takesHeader(): boolean {
    const taken = this.#headerIsNext;
    this.#headerIsNext = false;
    return taken;
  }

  /** Returns where the next record begins, or -1 if this one goes on behind `end`. */
  #quotedRecord(block: Buffer, start: number, end: number, isLast: boolean): number {
    const limit = Math.min(end, start + maxLineBytes);
    const record = readQuotedRecord(block, start, limit, this.#slots, this.#reader);
    if (record.state === 'open' && !isLast && limit === end) return -1;
    if (record.state === 'closed') {
      if (this.#takesHeader()) this.#tally.ignoreHeader();
      else this.#event(record.bytes, record.columns);
      this.#tally.nextLine += record.lines;
      return record.end;
    }
    // Only the line that the broken quote stands on is lost: the record may never have been meant to go on.
    this.#takesHeader();
    this.#tally.reject(record.state === 'open' ? 'a quote is not closed' : 'text behind a closing quote');
    this.#tally.nextLine++;
    const lineEnd = block.indexOf(lineFeed, start);
    return lineEnd === -1 ? end : lineEnd + 1;
  }
}

function isBlank(block: Buffer, start: number, end: number): boolean {
  for (let i = start; i < end; i++) if ((block[i] as number) > 32) return false;
  return true;
}
