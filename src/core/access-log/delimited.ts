import { type LineParser, maxLineBytes } from './access-sink.ts';
import { type FieldTaker, Slot } from './event-reader.ts';
import type { DelimitedLayout } from './layout.ts';
import { isBlank } from './line-by-line.ts';
import type { LineTally } from './line-tally.ts';
import { readQuotedRecord } from './quoted-record.ts';

const lineFeed = 10;
const carriageReturn = 13;
const quote = 34;
const hash = 35;

/** How a log with separated columns is cut into fields. */
export interface DelimitedShape {
  /** The byte between columns. */
  delimiter: number;
  /** Fields may be quoted as in RFC 4180. */
  isQuoted: boolean;
  /** Whether the next line is the header. */
  headerIsNext: boolean;
  /** Slot of the taker by column; -1 where the column is not needed. */
  slots: Int8Array;
  neededColumns: number;
  /** Lines that begin with `#` are ignored. */
  hasComments: boolean;
}

/** The shape of a CSV, TSV or trace log whose fields `EventReader` takes. */
export function shapeOf(layout: DelimitedLayout, atStart: boolean): DelimitedShape {
  const { time, op, key, size } = layout.columns;
  const slots = new Int8Array(Math.max(time, key, op ?? 0, size ?? 0) + 1).fill(-1);
  slots[time] = Slot.time;
  slots[key] = Slot.key;
  if (op !== undefined) slots[op] = Slot.op;
  if (size !== undefined) slots[size] = Slot.size;
  return {
    delimiter: layout.format === 'tsv' ? 9 : 44,
    isQuoted: layout.format === 'csv',
    headerIsNext: layout.hasHeader && atStart,
    slots,
    neededColumns: Math.max(time, key, op ?? 0) + 1,
    hasComments: slots[0] !== Slot.key,
  };
}

/**
 * Reads CSV (RFC 4180: quoted fields may hold commas, doubled quotes and line feeds) and what has no quotes, such as TSV, straight
 * from bytes. Lines end with LF or CRLF; blank lines are ignored.
 */
export class DelimitedParser implements LineParser {
  readonly #shape: DelimitedShape;
  readonly #fields: FieldTaker;
  readonly #tally: LineTally;
  #headerIsNext: boolean;

  constructor(shape: DelimitedShape, fields: FieldTaker, tally: LineTally) {
    this.#shape = shape;
    this.#fields = fields;
    this.#tally = tally;
    this.#headerIsNext = shape.headerIsNext;
  }

  parse(block: Buffer, start: number, end: number, isLast: boolean): number {
    const { delimiter, slots } = this.#shape;
    const quotes = this.#shape.isQuoted ? quote : -1;
    const { starts, ends } = this.#fields;
    let position = start;
    while (position < end) {
      let at = position;
      let column = 0;
      let byte = -1;
      // What a short line lacks is empty, not what the line before left.
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
    else if (block[start] === hash && this.#shape.hasComments) this.#tally.ignored++;
    else if (this.#takesHeader()) this.#tally.ignoreHeader();
    else if (end - start > maxLineBytes) this.#tally.reject('the line is longer than 1 MiB');
    else this.#event(block, columns);
  }

  #event(bytes: Buffer, columns: number): void {
    if (columns < this.#shape.neededColumns) {
      this.#tally.reject(
        `${columns} ${columns === 1 ? 'column' : 'columns'} where ${this.#shape.neededColumns} are needed`,
      );
    } else this.#fields.take(bytes);
  }

  #takesHeader(): boolean {
    const taken = this.#headerIsNext;
    this.#headerIsNext = false;
    return taken;
  }

  /** Returns where the next record begins, or -1 if this one goes on behind `end`. */
  #quotedRecord(block: Buffer, start: number, end: number, isLast: boolean): number {
    const limit = Math.min(end, start + maxLineBytes);
    const record = readQuotedRecord(block, start, limit, this.#shape.slots, this.#fields);
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
