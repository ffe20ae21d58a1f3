import { maxLineBytes } from './access-sink.ts';
import type { FieldTaker } from './event-reader.ts';

const lineFeed = 10;
const carriageReturn = 13;
const comma = 44;
const quote = 34;

/** A CSV record that has quoted fields: 'open' if `end` came within quotes, 'broken' if text follows a closing quote. */
export type QuotedRecord =
  | { state: 'closed'; bytes: Buffer; columns: number; lines: number; end: number }
  | { state: 'open' | 'broken' };

let unquoted: Buffer | undefined;

/**
 * Reads the CSV record at `start` with its quotes undone, into a buffer that the next call reuses, and marks the needed
 * fields in `fields`.
 */
export function readQuotedRecord(
  block: Buffer,
  start: number,
  end: number,
  slots: Int8Array,
  fields: FieldTaker,
): QuotedRecord {
  unquoted ??= Buffer.allocUnsafe(maxLineBytes);
  const out = unquoted;
  let length = 0;
  let lines = 1;
  let columns = 0;
  let at = start;
  while (at < end) {
    const fieldStart = length;
    if (block[at] === quote) {
      at++;
      for (;;) {
        if (at >= end) return { state: 'open' };
        const byte = block[at++] as number;
        if (byte === lineFeed) lines++;
        if (byte === quote) {
          if (at >= end) return { state: 'open' };
          if (block[at] !== quote) break;
          at++;
        }
        out[length++] = byte;
      }
      if (block[at] === carriageReturn && block[at + 1] === lineFeed) at++;
      if (block[at] !== comma && block[at] !== lineFeed) return { state: 'broken' };
    } else {
      while (at < end && block[at] !== comma && block[at] !== lineFeed) out[length++] = block[at++] as number;
      if (block[at] === lineFeed && length > fieldStart && out[length - 1] === carriageReturn) length--;
    }
    if (at >= end) return { state: 'open' };
    const slot = columns < slots.length ? (slots[columns] as number) : -1;
    if (slot >= 0) {
      fields.starts[slot] = fieldStart;
      fields.ends[slot] = length;
    }
    columns++;
    if (block[at++] === lineFeed) return { state: 'closed', bytes: out, columns, lines, end: at };
  }
  return { state: 'open' };
}
