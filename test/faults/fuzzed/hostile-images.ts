import fc from 'fast-check';
import type { ImageKind } from '../../../src/core/store/sqlite/row-reader.ts';
import { backwards, circle, lattice, nested } from './hostile-pages.ts';
import { soundImage } from './sound-images.ts';

/** What is done to a sound image, as data, so that a failure can be shrunk and shown. */
export type ImageDamage =
  | { how: 'none' }
  | { how: 'bytes'; bytes: Uint8Array }
  | { how: 'flips'; flips: Flip[] }
  /** Within the first page: page size, versions, size, encoding, schema. */
  | { how: 'header'; flips: Flip[] }
  /** Within the heads of pages, where pointers are, and the first rows. */
  | { how: 'heads'; flips: Flip[] }
  | { how: 'cut'; bytes: number }
  | { how: 'sql'; sql: string }
  /** None, but that a donor makes pages of another size. The other damages are done to small ones, so that trees of some depth are small too. */
  | { how: 'pages'; pageBytes: number }
  | { how: 'circle'; rows: number }
  | { how: 'lattice' | 'nested' | 'backwards' };
type Flip = [at: number, xor: number];

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
  'DELETE FROM r',
  'DELETE FROM r WHERE c0 % 7; UPDATE r SET c0 = -c0',
  'UPDATE r SET c0 = c0 + 30',
  'INSERT INTO r VALUES(9223372036854775807, NULL, NULL), (-9223372036854775808, 1, zeroblob(9000))',
  "UPDATE r SET c1 = NULL, c2 = '12'",
  'DROP TABLE r; CREATE TABLE r(a, b, c, d, e, f, g); INSERT INTO r SELECT 1, 2, 3, 4, 5, 6, 7',
];

const flips = (max: number) =>
  fc.array(fc.tuple(fc.nat({ max }), fc.integer({ min: 1, max: 255 })), { minLength: 1, maxLength: 12 });
const how = <T extends string>(...names: T[]) => fc.constantFrom(...names);

/** Sound ones come often: what is never reached is not tried. */
export const imageDamage: fc.Arbitrary<ImageDamage> = fc.oneof(
  { weight: 10, arbitrary: fc.constant<ImageDamage>({ how: 'none' }) },
  fc.record({ how: how('bytes'), bytes: fc.uint8Array({ maxLength: 3000 }) }),
  fc.record({ how: how('flips'), flips: flips(1 << 20) }),
  fc.record({ how: how('header'), flips: flips(199) }),
  { weight: 4, arbitrary: fc.record({ how: how('heads'), flips: flips(1 << 20) }) },
  fc.record({ how: how('cut'), bytes: fc.nat({ max: 40_000 }) }),
  { weight: 2, arbitrary: fc.record({ how: how('sql'), sql: fc.constantFrom(...hostileSql) }) },
  fc.record({ how: how('pages'), pageBytes: fc.constantFrom(512, 1024, 4096, 65536) }),
  fc.record({ how: how('circle'), rows: fc.integer({ min: 1, max: 300 }) }),
  fc.record({ how: how('lattice', 'nested', 'backwards') }),
);

export function hostileImage(kind: ImageKind, nth: number, damage: ImageDamage): Buffer {
  switch (damage.how) {
    case 'bytes':
      return Buffer.from(damage.bytes);
    case 'lattice':
      return lattice(kind, nth);
    case 'nested':
      return nested(kind, nth);
    case 'backwards':
      return backwards(kind, nth);
    case 'circle':
      return circle(kind, nth, damage.rows);
    case 'sql':
      return soundImage(kind, nth, { pageBytes: 512, sql: damage.sql });
    case 'pages':
      return soundImage(kind, nth, { pageBytes: damage.pageBytes });
  }
  if (damage.how === 'none') return soundImage(kind, nth);
  const image = soundImage(kind, nth, { pageBytes: 512 });
  if (damage.how === 'cut') return image.subarray(0, damage.bytes);
  for (const [at, xor] of damage.flips) {
    const place = (damage.how === 'heads' ? Math.floor(at / 64) * 512 + (at % 64) : at) % image.length;
    image[place] = (image[place] ?? 0) ^ xor;
  }
  return image;
}
