import { hash } from 'node:crypto';
import type { Connection } from './connection.ts';
import { carriedTerms } from './scan.ts';
import type { TableShape } from './table-shape.ts';

/** Of SHA-256; enough that no two of a table's rows are taken for each other by chance. */
export const rowDigestBytes = 12;

/**
 * One digest a key, in the order of the keys: of its row's values, each with its storage class, or zeros where the key has
 * no row. `wanted` joins numbered keys (`w.n`) with their rows (`t`). These rows do pass through JavaScript: they
 * are few, and what two replicas have in common is only worth knowing row by row.
 */
export function rowDigests(db: Connection, shape: TableShape, wanted: string, keys: number): Buffer {
  const terms = carriedTerms(shape).map(
    (term) => `typeof(${term}), CASE typeof(${term}) WHEN 'text' THEN CAST(${term} AS BLOB) ELSE ${term} END`,
  );
  const digests = Buffer.alloc(keys * rowDigestBytes);
  const rows = db
    .prepare(`SELECT w.n, ${terms.join(', ')} FROM ${wanted} WHERE w.n < ?`)
    .raw()
    .safeIntegers();
  for (const row of rows.iterate(keys) as IterableIterator<unknown[]>) {
    const digest = hash('sha256', Buffer.concat(row.slice(1).flatMap(encode)), 'buffer');
    digest.copy(digests, Number(row[0]) * rowDigestBytes, 0, rowDigestBytes);
  }
  return digests;
}

/** A value with its length before it, so that no two rows run together to the same bytes. */
function encode(value: unknown): Buffer[] {
  const bytes = Buffer.isBuffer(value)
    ? value
    : typeof value === 'number'
      ? real(value)
      : Buffer.from(String(value));
  const length = Buffer.allocUnsafe(4);
  length.writeUInt32LE(bytes.length);
  return [length, bytes];
}

function real(value: number): Buffer {
  const bytes = Buffer.allocUnsafe(8);
  bytes.writeDoubleLE(value);
  return bytes;
}
