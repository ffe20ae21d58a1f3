import Database from 'better-sqlite3';
import type { RowKey, RowKeyPart } from '../../../src/core/row-key.ts';
import { quoted } from '../../support/tables.ts';
import type { Case } from './case.ts';

const mostKeys = 1200;

/** A plan file of these keys, by several donors in turn. */
export function planText(table: string, keys: readonly RowKey[], donors: readonly string[]): string {
  const header = {
    ...{ kind: 'foresync.plan', version: 1, group: 'faults', table },
    ...{ origin: '2026-01-01T00:00:00.000Z', horizonMs: 86_400_000, model: 'test' },
    ...{ minConfidence: 0, entries: keys.length, expectedHitRate: 0.5 },
  };
  const expected = {
    ...{ confidence: 0.9, expectedAt: '2026-01-01T01:00:00.000Z', expectedReads: 1, expectedWrites: 0 },
  };
  const entries = keys.map((key, i) => ({
    key,
    ...expected,
    donor: donors[i % donors.length],
    model: 'test',
  }));
  return [header, ...entries].map((line) => `${JSON.stringify(line)}\n`).join('');
}

/** What the plan of a case asks for. */
export function planKeys(chosen: Case, file: string): RowKey[] {
  switch (chosen.plan) {
    case 'good':
      return keysIn(chosen, file);
    case 'wrong':
      return Array.from({ length: 700 }, (_, i) =>
        chosen.table.key.length > 1 ? [-i, `gone ${i}`] : `gone ${i}`,
      );
    case 'hostile':
      return [...hostileKeys, ...hostileKeys, ...keysIn(chosen, file).slice(0, 20)];
    default:
      return [];
  }
}

export const hostileKeys: RowKey[] = [
  ...[
    'a',
    'A',
    '',
    'é',
    'a\0b',
    '[1,2]',
    '["a",1]',
    '[',
    `["a",${'['.repeat(50)}`,
    "'; DROP TABLE items; --",
  ],
  ...['x'.repeat(100_000), '\u{10ffff}', '_foresync_checkpoint', '1e999', '-0'],
  ...[
    1,
    -1,
    1.5,
    1e300,
    0,
    -0,
    { int: '9223372036854775807' },
    { int: '99' },
    { base64: 'AP8=' },
    { base64: '' },
  ],
  ...[['a', 1], [1, 'a'], ['a'], ['a', 1, 2], [{ int: '1' }, 'a']],
];

function keysIn({ table }: Case, file: string): RowKey[] {
  const db = new Database(file, { readonly: true });
  const rows = db
    .prepare(`SELECT ${table.key.join(', ')} FROM ${quoted(table.name)} LIMIT ${mostKeys}`)
    .raw()
    .safeIntegers()
    .all() as unknown[][];
  db.close();
  // A NULL is no key that a plan could name.
  return rows
    .filter((row) => !row.includes(null))
    .map((row) => {
      const [part, ...more] = row.map(partOf);
      return part === undefined || more.length > 0 ? row.map(partOf) : (part as RowKey);
    });
}

function partOf(value: unknown): RowKeyPart {
  if (typeof value === 'bigint') return { int: String(value) };
  if (Buffer.isBuffer(value)) return { base64: value.toString('base64') };
  // JSON has no infinity; no such key can be planned.
  if (typeof value === 'number' && !Number.isFinite(value)) return 0;
  return value as RowKeyPart;
}
