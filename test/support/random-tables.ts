import type Database from 'better-sqlite3';
import fc from 'fast-check';
import { quoted } from './tables.ts';

/** A table of some kind and what a writer may put into its columns, as SQL. */
export interface RandomTable {
  name: string;
  create: string[];
  encoding: string;
  journal: string;
  columns: { name: string; values: readonly string[] }[];
  /** Names of the key's columns. */
  key: string[];
}

const texts = ["'a'", "'A'", "'b'", "'b '", "'1'", "''", "'é'", "'a' || char(0) || 'b'", "'[1,2]'"];
const integers = ['1', '2', '3', '4', '-1', '0', '9007199254740993', '-9223372036854775808'];
const anything = [
  ...texts,
  ...integers,
  'NULL',
  '1.5',
  '-0.0',
  '9e999',
  '-9e999',
  "x''",
  "x'00ff'",
  "'123'",
  "CAST(x'ff' AS TEXT)",
  'zeroblob(300)',
];

const keyKinds: Record<string, { columns: string; clause: string; values: (readonly string[])[] }> = {
  integer: { columns: 'k INTEGER PRIMARY KEY', clause: '', values: [[...integers, 'NULL']] },
  descending: { columns: 'k INTEGER PRIMARY KEY DESC', clause: '', values: [integers] },
  autoincrement: {
    columns: 'k INTEGER PRIMARY KEY AUTOINCREMENT',
    clause: '',
    values: [['1', '2', '3', '4', '-1', 'NULL']],
  },
  text: { columns: 'k TEXT PRIMARY KEY', clause: '', values: [[...texts, 'NULL']] },
  textNotNull: {
    columns: "k TEXT NOT NULL DEFAULT 'a' PRIMARY KEY",
    clause: '',
    values: [[...texts, 'NULL']],
  },
  noCase: { columns: 'k TEXT COLLATE NOCASE PRIMARY KEY', clause: '', values: [texts] },
  noCaseIndexAlone: { columns: 'k TEXT', clause: 'PRIMARY KEY(k COLLATE NOCASE)', values: [texts] },
  binaryIndexAlone: {
    columns: 'k TEXT COLLATE NOCASE',
    clause: 'PRIMARY KEY(k COLLATE BINARY)',
    values: [texts],
  },
  trimmed: { columns: 'k TEXT COLLATE RTRIM PRIMARY KEY', clause: '', values: [texts] },
  untyped: { columns: 'k PRIMARY KEY', clause: '', values: [anything] },
  real: { columns: 'k REAL PRIMARY KEY', clause: '', values: [['1', '1.5', '-0.0', '0', '9e999', 'NULL']] },
  composite: {
    columns: 'k INT, l TEXT',
    clause: 'PRIMARY KEY(l, k)',
    values: [integers, [...texts, 'NULL']],
  },
};

const clustered: typeof keyKinds = {
  text: { columns: 'k TEXT PRIMARY KEY', clause: '', values: [texts] },
  untyped: { columns: 'k PRIMARY KEY', clause: '', values: [anything] },
  noCase: { columns: 'k TEXT', clause: 'PRIMARY KEY(k COLLATE NOCASE)', values: [texts] },
  binary: { columns: 'k TEXT COLLATE NOCASE', clause: 'PRIMARY KEY(k COLLATE BINARY)', values: [texts] },
  mixed: { columns: 'k INT, l TEXT', clause: 'PRIMARY KEY(l DESC, k)', values: [integers, texts] },
  integer: { columns: 'k INTEGER PRIMARY KEY DESC', clause: '', values: [integers] },
};

const uniques: Record<string, { column: string; index?: string }> = {
  none: { column: 'u' },
  inline: { column: 'u UNIQUE' },
  noCase: { column: 'u TEXT COLLATE NOCASE UNIQUE ON CONFLICT REPLACE' },
  filled: { column: 'u TEXT NOT NULL DEFAULT 1 UNIQUE' },
  index: { column: 'u', index: '(u COLLATE NOCASE, k)' },
  partial: { column: 'u', index: "(u) WHERE v IS NOT 'a'" },
  generated: { column: 'u, g AS (lower(u)) STORED UNIQUE' },
  indexed: { column: 'u, g AS (u || 1) VIRTUAL' },
};

const names = [
  'items',
  'it"ems',
  "o'hara",
  'drop table x; --',
  'new\nline',
  'want',
  'ahead',
  'r',
  'k',
  'Ünï',
  'select',
];

export const randomTable: fc.Arbitrary<RandomTable> = fc
  .record({
    name: fc.constantFrom(...names),
    kind: fc.oneof(
      fc.constantFrom(...Object.values(keyKinds).map((kind) => ({ ...kind, options: '' }))),
      fc.constantFrom(...Object.values(clustered).map((kind) => ({ ...kind, options: ' WITHOUT ROWID' }))),
    ),
    unique: fc.constantFrom(...Object.values(uniques)),
    plainIndex: fc.constantFrom('none', 'first', 'last'),
    encoding: fc.constantFrom('UTF-8', 'UTF-8', 'UTF-16le', 'UTF-16be'),
    journal: fc.constantFrom('WAL', 'DELETE'),
    pools: fc.array(fc.nat(), { minLength: 5, maxLength: 5 }),
  })
  .map(({ name, kind, unique, plainIndex, encoding, journal, pools }) => {
    const table = quoted(name);
    const clause = kind.clause ? `, ${kind.clause}` : '';
    const create = [
      `CREATE TABLE ${table}(${kind.columns}, ${unique.column}, v, w REAL${clause})${kind.options}`,
    ];
    const plain = `CREATE INDEX "i of v" ON ${table}(v, length(u))`;
    if (plainIndex === 'first') create.push(plain);
    if (unique.index) create.push(`CREATE UNIQUE INDEX "i of u" ON ${table}${unique.index}`);
    if (plainIndex === 'last') create.push(plain);
    const key = kind.values.map((_, i) => ['k', 'l'][i] ?? '');
    const columns = [
      ...kind.values.map((values, i) => ({ name: key[i] ?? '', values })),
      { name: 'u', values: [...texts, ...texts, 'NULL', '1', '2', "x'00'"] },
      { name: 'v', values: anything },
      { name: 'w', values: ['1', '-0.0', '0.1', "'x'", 'NULL', '9e999'] },
    ].map((column, i) => ({ ...column, values: fewOf(column.values, pools[i] ?? 0) }));
    return { name, create, encoding, journal, columns, key };
  });

/** Writes meet each other where there are only a few values to choose from. */
function fewOf(values: readonly string[], pool: number): string[] {
  const at = (step: number) => values[(pool + step) % values.length] ?? '';
  return [...new Set([at(0), at(1), at((pool >> 8) % 16), at((pool >> 12) % 16)])];
}

const conflict = fc.constantFrom('', ' OR REPLACE', ' OR REPLACE', ' OR IGNORE', ' OR FAIL', ' OR ROLLBACK');

/** One statement of a writer's, or a transaction of them; it may break a constraint. */
export function randomWrite(table: RandomTable): fc.Arbitrary<string> {
  const name = quoted(table.name);
  const columns = table.columns.map((column) => column.name).join(', ');
  const tuple = fc.tuple(...table.columns.map(({ values }) => fc.constantFrom(...values)));
  const insert = fc
    .tuple(conflict, tuple)
    .map(([or, values]) => `INSERT${or} INTO ${name}(${columns}) VALUES(${values.join(', ')})`);
  const unkeyed = fc
    .tuple(
      conflict,
      fc.constantFrom(...(table.columns.find(({ name: column }) => column === 'u')?.values ?? [])),
    )
    .map(([or, value]) => `INSERT${or} INTO ${name}(u) VALUES(${value})`);
  const upsert = tuple.map(
    (values) =>
      `INSERT INTO ${name}(${columns}) VALUES(${values.join(', ')}) ON CONFLICT DO UPDATE SET v = excluded.v, u = ${values.at(-3)}`,
  );
  const one = fc
    .constantFrom(...table.columns)
    .chain((column) => fc.constantFrom(...column.values).map((value) => `${column.name} IS ${value}`));
  const update = fc
    .tuple(conflict, fc.constantFrom(...table.columns), fc.nat(20), one)
    .map(([or, { name: column, values }, at, where]) => {
      const value = values[at % values.length];
      return `UPDATE${or} ${name} SET ${column} = ${value} WHERE ${where}`;
    });
  const remove = one.map((where) => `DELETE FROM ${name} WHERE ${where}`);
  const single = fc.oneof(
    { weight: 8, arbitrary: insert },
    { weight: 1, arbitrary: unkeyed },
    { weight: 2, arbitrary: upsert },
    { weight: 5, arbitrary: update },
    { weight: 3, arbitrary: remove },
    { weight: 1, arbitrary: fc.constant(`DELETE FROM ${name}`) },
  );
  const several = fc
    .tuple(fc.array(single, { minLength: 1, maxLength: 3 }), fc.constantFrom('COMMIT', 'ROLLBACK'))
    .map(([statements, end]) => ['BEGIN', ...statements, end].join(';'));
  return fc.oneof({ weight: 5, arbitrary: single }, { weight: 1, arbitrary: several });
}

/** A writer's own mistakes are not what is tested. */
export function writeOwn(db: Database.Database, sql: string): void {
  try {
    db.exec(sql);
  } catch (error) {
    const { code } = error as { code: string };
    const isOwn =
      code === 'SQLITE_ERROR'
        ? /transaction|savepoint|trigger recursion/.test(String(error))
        : /^SQLITE_(CONSTRAINT|MISMATCH|FULL)/.test(code);
    if (!isOwn) throw error;
    if (db.inTransaction) db.exec('ROLLBACK');
  }
}
