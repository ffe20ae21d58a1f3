import type { RowKey, RowKeyPart } from '../../row-key.ts';

/** What better-sqlite3 binds. Integers go as bigint: a JavaScript number would be bound as a REAL. */
export type Bindable = string | number | bigint | Buffer | null;

/**
 * A planned key as values to bind, one for each of the key's columns, or undefined where it cannot be a key of a table
 * with that many columns. For a composite key, a text that holds a JSON array is taken as that array, because an access
 * log has no other way to write one.
 */
export function bindKey(key: RowKey, columns: number): Bindable[] | undefined {
  const parts = columns === 1 && !Array.isArray(key) ? [key] : Array.isArray(key) ? key : parsedArray(key);
  if (!parts || parts.length !== columns) return undefined;
  const bound = parts.map(bindPart);
  return bound.includes(undefined) ? undefined : (bound as Bindable[]);
}

function bindPart(part: RowKeyPart): Bindable | undefined {
  if (typeof part === 'string') return part;
  if (typeof part === 'number') return Number.isSafeInteger(part) ? BigInt(part) : part;
  if (part === null || typeof part !== 'object') return undefined;
  if ('int' in part) return /^-?\d{1,19}$/.test(part.int) ? int64Of(BigInt(part.int)) : undefined;
  return typeof part.base64 === 'string' ? Buffer.from(part.base64, 'base64') : undefined;
}

/** Undefined where it is too large for SQLite. */
function int64Of(int: bigint): bigint | undefined {
  return BigInt.asIntN(64, int) === int ? int : undefined;
}

function parsedArray(key: RowKeyPart): RowKeyPart[] | undefined {
  if (typeof key !== 'string' || !key.startsWith('[')) return undefined;
  try {
    const parsed: unknown = JSON.parse(key);
    return Array.isArray(parsed) ? parsed : undefined;
  } catch {
    // A text that is no JSON is a key like any other; it just cannot name a composite one.
    return undefined;
  }
}

/** One value of a scan key in JSON, bit-exact: text and blobs as bytes, integers as decimal digits. */
export type ScanPart = { n: true } | { i: string } | { r: number } | { t: string } | { b: string };

/** A place in a table's scan order. */
export type ScanKey = ScanPart[];

/** The rowid that a place is, in a table that is walked by it. */
export function rowidOf([part]: ScanKey): bigint {
  if (part === undefined || !('i' in part)) throw new TypeError('The place is no rowid.');
  return BigInt(part.i);
}

/** SELECT terms that yield a scan key's parts for `readScanKey`, two a column. */
export function scanKeyTerms(expressions: readonly string[]): string {
  return expressions
    .map(
      (term) =>
        `typeof(${term}), CASE typeof(${term}) WHEN 'text' THEN CAST(${term} AS BLOB) ELSE ${term} END`,
    )
    .join(', ');
}

/** Reads what `scanKeyTerms` selected, from a raw row with safe integers. */
export function readScanKey(row: readonly unknown[]): ScanKey {
  const parts: ScanKey = [];
  for (let i = 0; i < row.length; i += 2) {
    const value = row[i + 1];
    if (row[i] === 'integer') parts.push({ i: String(value) });
    else if (row[i] === 'real') parts.push({ r: value as number });
    else if (row[i] === 'text') parts.push({ t: (value as Buffer).toString('base64') });
    else if (row[i] === 'blob') parts.push({ b: (value as Buffer).toString('base64') });
    else parts.push({ n: true });
  }
  return parts;
}

/** The SQL term and the value to bind for each part of a scan key. */
export function bindScanKey(key: ScanKey): { terms: string[]; values: Bindable[] } {
  const terms: string[] = [];
  const values: Bindable[] = [];
  for (const part of key) {
    terms.push('t' in part ? 'CAST(? AS TEXT)' : '?');
    if ('i' in part) values.push(BigInt(part.i));
    else if ('r' in part) values.push(part.r);
    else if ('t' in part) values.push(Buffer.from(part.t, 'base64'));
    else if ('b' in part) values.push(Buffer.from(part.b, 'base64'));
    else values.push(null);
  }
  return { terms, values };
}
