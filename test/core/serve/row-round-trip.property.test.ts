import assert from 'node:assert/strict';
import path from 'node:path';
import { test } from 'node:test';
import Database from 'better-sqlite3';
import fc from 'fast-check';
import type { RowKeyPart } from '../../../src/core/row-key.ts';
import { rowKeyText } from '../../../src/core/row-key-text.ts';
import { keyOfTarget } from '../../../src/core/serve/row-path.ts';
import { capture, openDonor, openJoiner } from '../../support/engine-copy.ts';
import { temporaryFolder } from '../../support/tables.ts';

type Value = bigint | number | string | Buffer;

const int64 = fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n });
const blob = fc.uint8Array({ maxLength: 6 }).map((bytes) => Buffer.from(bytes));
// A text of that form stands for a number or a blob.
const keyText = fc
  .string({ unit: 'grapheme', maxLength: 8 })
  .filter((text) => text.isWellFormed() && !/^(\{"|\[)/.test(text) && !text.includes('\0'));
const real = fc.double({ noNaN: true });
const column = fc.oneof(int64, blob, keyText, real, fc.constant(null));

/** A part of a key as its column has it, as the path names it. */
function partOf(value: Value): RowKeyPart {
  if (typeof value === 'bigint') return { int: value.toString() };
  return Buffer.isBuffer(value) ? { base64: value.toString('base64') } : value;
}

/** What a reader of JSON with exact integers has of it. */
function exactValueOf(json: string): unknown {
  return JSON.parse(json, (_, value, context?: { source: string }) => {
    if (typeof value === 'number')
      return /^-?\d+$/.test(context?.source ?? '') ? BigInt(context?.source ?? '') : value;
    if (value?.base64 !== undefined) return Buffer.from(value.base64, 'base64');
    return value?.real === undefined ? value : Number(value.real);
  });
}

const tables = {
  'an INTEGER key': { sql: 'CREATE TABLE t(k INTEGER PRIMARY KEY, v, w)', key: fc.tuple(int64) },
  'a TEXT key': { sql: 'CREATE TABLE t(k TEXT PRIMARY KEY, v, w)', key: fc.tuple(keyText) },
  'a BLOB key': { sql: 'CREATE TABLE t(k BLOB PRIMARY KEY, v, w)', key: fc.tuple(blob) },
  'a key of any kind': {
    sql: 'CREATE TABLE t(k PRIMARY KEY, v, w)',
    key: fc.tuple(fc.oneof(int64, blob, keyText)),
  },
  'a composite key': {
    sql: 'CREATE TABLE t(v, a TEXT, b INTEGER, c BLOB, w, PRIMARY KEY(b, a, c)) WITHOUT ROWID',
    key: fc.tuple(int64, keyText, blob),
  },
} as const;

for (const [name, { sql, key }] of Object.entries(tables))
  test(`every row of a table with ${name} is found by its path, to the last digit`, (t) => {
    const folder = temporaryFolder(t);
    let run = 0;
    fc.assert(
      fc.property(
        fc.uniqueArray(fc.tuple(key as fc.Arbitrary<Value[]>, column, column), {
          selector: ([parts]) => JSON.stringify(parts.map((part) => rowKeyText(partOf(part)))),
          minLength: 1,
          maxLength: 8,
        }),
        (rows) => {
          const file = path.join(folder, `${++run}.db`);
          const db = new Database(file);
          db.exec(sql);
          const names = rows[0]?.[0].length === 3 ? ['b', 'a', 'c'] : ['k'];
          const insert = db.prepare(
            `INSERT INTO t(${names.join(', ')}, v, w) VALUES(${names.map(() => '?').join(', ')}, ?, ?)`,
          );
          for (const [parts, v, w] of rows) insert.run(...parts, v, w);
          const stored = db.prepare('SELECT * FROM t').safeIntegers().all() as Record<string, Value>[];
          db.close();
          const donor = openDonor(file, 't');
          capture(donor);
          const { joiner } = openJoiner(path.join(folder, `${run}-joiner.db`), donor.shape);
          try {
            joiner.serve(0);
            joiner.snapshot(donor.reader.snapshot(undefined, 1 << 20).image, undefined);
            for (const row of stored) {
              const segments = names.map((name) => rowKeyText(partOf(row[name] ?? '')));
              const target = `/v1/rows/${segments.map(encodeURIComponent).join('/')}`;
              const found = keyOfTarget(target, names.length);
              const known = found === undefined ? undefined : joiner.served?.find(found);
              assert.equal(known?.kind, 'row', target);
              assert.deepEqual(exactValueOf((known as { json: string }).json), { ...row });
            }
          } finally {
            joiner.close();
            donor.db.close();
          }
        },
      ),
      { numRuns: 60 },
    );
  });

test('whatever a path is, it names a key or none', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), fc.integer({ min: 1, max: 3 }), (text, columns) => {
      keyOfTarget(`/v1/rows/${text}`, columns);
    }),
  );
});
