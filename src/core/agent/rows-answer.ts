import { ForesyncError } from '../errors.ts';
import type { CopiedRows } from '../store/postgres/copy-queries.ts';

/** Rows of keys, as they are answered: a part each. */
export function rowsAnswer(read: readonly CopiedRows[]): {
  result: { rows: number; rawBytes: number };
  parts: Buffer[];
} {
  if (read.length > 8)
    throw new ForesyncError('data', 'rows-large', 'Rows of some keys are too large to be sent together.');
  const rows = read.reduce((sum, one) => sum + one.rows, 0);
  const rawBytes = read.reduce((sum, { bytes }) => sum + bytes.length, 0);
  return { result: { rows, rawBytes }, parts: read.map(({ bytes }) => bytes) };
}
