import type { RowsOfKeys } from '../store/postgres/read-rows.ts';

/** Rows of the first keys, as they are answered. */
export function rowsAnswer({ rows, bytes, keysRead }: RowsOfKeys): {
  result: { rows: number; rawBytes: number; keysRead: number };
  parts: Buffer[];
} {
  return { result: { rows, rawBytes: bytes.length, keysRead }, parts: bytes.length > 0 ? [bytes] : [] };
}
