import Database from 'better-sqlite3';
import fc from 'fast-check';
import { imageSchema } from '../../../src/core/store/sqlite/image.ts';

/** Columns of the images of the table that is fuzzed: see `stage.ts`. */
const columns = { rows: 3, keys: 1 };
export type ImageKind = 'rows' | 'keys' | 'both';

/** What is done to a sound image, as data, so that a failure can be shrunk and shown. */
export type ImageDamage =
  | { how: 'none' }
  | { how: 'bytes'; bytes: Uint8Array }
  | { how: 'flips'; flips: [at: number, xor: number][] }
  /** Within the first page: page size, versions, size, encoding, schema. */
  | { how: 'header'; flips: [at: number, xor: number][] }
  | { how: 'cut'; bytes: number }
  | { how: 'sql'; sql: string }
  | { how: 'lattice' };

const hostileSql = [
  'CREATE TRIGGER g AFTER INSERT ON r BEGIN DELETE FROM r; END',
  'CREATE TABLE more(a)',
  'CREATE VIEW w AS SELECT * FROM r',
  "CREATE VIRTUAL TABLE f USING fts5(a); INSERT INTO f VALUES('x')",
  'DROP TABLE IF EXISTS r; CREATE VIEW r AS SELECT 1 AS c0, 2 AS c1, 3 AS c2',
  'DROP TABLE IF EXISTS r; CREATE TABLE r(c0)',
  "PRAGMA writable_schema = ON; UPDATE sqlite_schema SET rootpage = 1 WHERE name = 'r'",
  "PRAGMA writable_schema = ON; UPDATE sqlite_schema SET rootpage = 2147483647 WHERE name = 'r'",
  "PRAGMA writable_schema = ON; UPDATE sqlite_schema SET sql = 'CREATE TABLE r(c0,c1,c2) WITHOUT ROWID'",
  "PRAGMA writable_schema = ON; UPDATE sqlite_schema SET type = 'index'",
  'PRAGMA journal_mode = WAL',
  'VACUUM',
  'INSERT INTO r SELECT NULL, NULL, NULL FROM r; INSERT INTO r SELECT * FROM r',
];

const flips = (max: number) =>
  fc.array(fc.tuple(fc.nat({ max }), fc.integer({ min: 1, max: 255 })), { minLength: 1, maxLength: 12 });

export const imageDamage: fc.Arbitrary<ImageDamage> = fc.oneof(
  fc.constant<ImageDamage>({ how: 'none' }),
  fc.record({ how: fc.constant('bytes' as const), bytes: fc.uint8Array({ maxLength: 3000 }) }),
  fc.record({ how: fc.constant('flips' as const), flips: flips(1 << 20) }),
  fc.record({ how: fc.constant('header' as const), flips: flips(199) }),
  fc.record({ how: fc.constant('cut' as const), bytes: fc.nat({ max: 40_000 }) }),
  fc.record({ how: fc.constant('sql' as const), sql: fc.constantFrom(...hostileSql) }),
  fc.constant<ImageDamage>({ how: 'lattice' }),
);

export function hostileImage(kind: ImageKind, damage: ImageDamage): Buffer {
  switch (damage.how) {
    case 'bytes':
      return Buffer.from(damage.bytes);
    case 'lattice':
      return lattice(kind);
    case 'sql':
      return soundImage(kind, damage.sql);
  }
  const image = soundImage(kind);
  if (damage.how === 'cut') return image.subarray(0, damage.bytes);
  if (damage.how === 'none') return image;
  for (const [at, xor] of damage.flips) {
    const place = at % image.length;
    image[place] = (image[place] ?? 0) ^ xor;
  }
  return image;
}

/** As a donor makes them, but of small pages, so that trees of some depth are small too. */
function soundImage(kind: ImageKind, sql = ''): Buffer {
  const shape = {
    rowColumns: kind === 'keys' ? 0 : columns.rows,
    keyColumns: kind === 'rows' ? 0 : columns.keys,
  };
  const db = new Database(':memory:');
  try {
    db.unsafeMode(true);
    db.pragma('page_size = 512');
    for (const statement of imageSchema(shape)) db.exec(statement);
    const ids = 'WITH RECURSIVE n(id) AS (SELECT 1 UNION ALL SELECT id + 1 FROM n WHERE id < 60)';
    if (shape.rowColumns > 0) db.exec(`${ids} INSERT INTO r SELECT id, 'key ' || id, randomblob(id) FROM n`);
    if (shape.keyColumns > 0) db.exec(`${ids} INSERT INTO k SELECT id FROM n`);
    try {
      db.exec(sql);
    } catch (error) {
      // Of an image of keys alone there is no r.
      if (!(error instanceof Database.SqliteError)) throw error;
    }
    return db.serialize();
  } finally {
    db.close();
  }
}

const pageBytes = 512;

/**
 * Inner pages, each of which leads to the next one by all its cells: a walk over this file of a few kilobytes would visit
 * its last page more often than there are nanoseconds in a year.
 */
function lattice(kind: ImageKind): Buffer {
  const image = soundImage(kind);
  const first = image.length / pageBytes + 1;
  const depth = 12;
  const inner = Array.from({ length: depth }, (_, i) => innerPage(first + i + 1));
  const whole = Buffer.concat([image, ...inner, leafPage()]);
  whole.writeUInt32BE(whole.length / pageBytes, 28);
  // The root of the first table, page 2, becomes the first of them.
  innerPage(first).copy(whole, pageBytes);
  return whole;
}

/** With one row of NULLs: SQLite calls a file whose leaf is empty damaged as soon as it comes there. */
function leafPage(): Buffer {
  const row = Buffer.from([4, 1, 4, 0, 0, 0]);
  const page = Buffer.alloc(pageBytes);
  const at = pageBytes - row.length;
  page[0] = 13;
  page.writeUInt16BE(1, 3);
  page.writeUInt16BE(at, 5);
  page.writeUInt16BE(at, 8);
  row.copy(page, at);
  return page;
}

function innerPage(child: number): Buffer {
  const cells = 60;
  const page = Buffer.alloc(pageBytes);
  page[0] = 5;
  page.writeUInt16BE(cells, 3);
  page.writeUInt32BE(child, 8);
  for (let i = 0; i < cells; i++) {
    const at = pageBytes - (i + 1) * 5;
    page.writeUInt16BE(at, 12 + 2 * i);
    page.writeUInt32BE(child, at);
    page[at + 4] = i + 1;
  }
  page.writeUInt16BE(pageBytes - cells * 5, 5);
  return page;
}
