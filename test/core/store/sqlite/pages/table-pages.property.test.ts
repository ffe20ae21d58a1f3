import assert from 'node:assert/strict';
import { appendFileSync } from 'node:fs';
import path from 'node:path';
import { type TestContext, test } from 'node:test';
import Database from 'better-sqlite3';
import fc from 'fast-check';
import { TablePages } from '../../../../../src/core/store/sqlite/pages/table-pages.ts';
import { temporaryFolder } from '../../../../support/tables.ts';
import { keyedImage, type Row } from './keyed-image.ts';

const numRuns = Number(process.env.FORESYNC_FAULT_RUNS ?? 150);
const seed = Number(process.env.FORESYNC_FAULT_SEED ?? 20261);

/** A file whose table is empty, as the packed rows come behind it. */
function emptyTable(t: TestContext | { after(done: () => void): void }, pageSizeBytes: number) {
  const file = path.join(temporaryFolder(t), 'packed.db');
  const db = new Database(file);
  db.pragma(`page_size = ${pageSizeBytes}`);
  db.exec('CREATE TABLE other(x); CREATE TABLE t(id INTEGER PRIMARY KEY, value)');
  const rootPage = db.prepare("SELECT rootpage FROM sqlite_schema WHERE name = 't'").pluck().get() as number;
  const pages = db.pragma('page_count', { simple: true }) as number;
  db.close();
  return { file, at: { pageSizeBytes, rootPage, pages } };
}

function rowsIn(file: string): Row[] {
  const db = new Database(file);
  try {
    assert.equal(db.pragma('integrity_check', { simple: true }), 'ok');
    return db.prepare('SELECT id, value FROM t ORDER BY id').safeIntegers().all() as Row[];
  } finally {
    db.close();
  }
}

const edges = [-(2n ** 63n), -1n, 0n, 127n, 128n, 2n ** 49n - 1n, 2n ** 49n, 2n ** 56n, 2n ** 63n - 1n];
const sizes = fc.oneof(
  { weight: 6, arbitrary: fc.nat({ max: 300 }) },
  {
    weight: 2,
    arbitrary: fc.constantFrom(470, 471, 472, 473, 474, 475, 476, 980, 4050, 4055, 4056, 4057, 4058),
  },
  { weight: 1, arbitrary: fc.integer({ min: 1000, max: 70_000 }) },
);
const value = fc.oneof(
  { weight: 5, arbitrary: sizes.map((bytes) => Buffer.alloc(bytes, bytes % 251)) },
  { weight: 1, arbitrary: fc.constantFrom(null, 1, 0, -7, '', 'text') },
);
const story = fc.record({
  pageSizeBytes: fc.constantFrom(512, 1024, 4096, 16384, 65536),
  imagePageBytes: fc.constantFrom(512, 4096, 16384, 16384, 65536),
  ids: fc.uniqueArray(fc.oneof(fc.bigInt({ min: -300n, max: 300n }), fc.constantFrom(...edges)), {
    maxLength: 250,
  }),
  values: fc.array(value, { minLength: 1, maxLength: 40 }),
  chunkRows: fc.integer({ min: 1, max: 120 }),
  aheadEvery: fc.integer({ min: 2, max: 9 }),
  /** Chunks after which the process died, having written past what it told. */
  deaths: fc.array(fc.nat({ max: 6 }), { maxLength: 3 }),
});

test('rows that are packed, whatever they are and wherever the process dies, are those that SQLite reads, and goes on writing to', () => {
  fc.assert(
    fc.property(story, (told) => {
      const ends: (() => void)[] = [];
      try {
        played(told, { after: (done) => void ends.push(done) });
      } finally {
        for (const end of ends) end();
      }
    }),
    { numRuns, seed },
  );
});

function played(
  { pageSizeBytes, imagePageBytes, ids, values, chunkRows, aheadEvery, deaths }: Ends<typeof story>,
  t: { after(done: () => void): void },
): void {
  const rows = ids
    .toSorted((a, b) => (a < b ? -1 : 1))
    .map((id, i): Row => ({ id, value: values[i % values.length] ?? null }));
  const { file, at } = emptyTable(t, pageSizeBytes);
  const leaves: Buffer[] = [];
  let pages = new TablePages(file, at, leaves);
  for (let start = 0, n = 0; start < rows.length; start += chunkRows, n++) {
    const range = rows.slice(start, start + chunkRows);
    const [ahead, chunk] = [0, 1].map((side) =>
      range.filter((_, i) => (i % aheadEvery === 0 ? 0 : 1) === side),
    );
    const half = (ahead?.length ?? 0) >> 1;
    const images = [ahead?.slice(0, half), ahead?.slice(half)].map((part) =>
      keyedImage(part ?? [], imagePageBytes),
    );
    const put = () =>
      pages.append(keyedImage(chunk ?? [], imagePageBytes), () => images.values(), { compare: true });
    if (deaths.includes(n)) {
      const told = pages.pages;
      put();
      pages.close();
      appendFileSync(file, Buffer.alloc(pageSizeBytes + 7, 0xff));
      pages = new TablePages(file, { ...at, pages: told }, leaves);
    }
    const packed = put();
    assert.deepEqual([packed.rows, packed.allRows, packed.same], [chunk?.length, range.length, true]);
    leaves.push(packed.leaves);
  }
  pages.seal();
  pages.close();
  assert.deepEqual(rowsIn(file), rows);
  writeMore(file, rows);
}

type Ends<T> = T extends fc.Arbitrary<infer V> ? V : never;

/** The b-tree is one that SQLite can split, join and free pages of. */
function writeMore(file: string, rows: readonly Row[]): void {
  const db = new Database(file);
  db.transaction(() => {
    const put = db.prepare('INSERT INTO t VALUES(?, ?) ON CONFLICT DO UPDATE SET value = excluded.value');
    for (let id = -350n; id < 350n; id += 3n) put.run(id, Buffer.alloc(Number(id + 350n)));
    const remove = db.prepare('DELETE FROM t WHERE id = ?');
    for (const { id } of rows.filter((_, i) => i % 2 === 0)) remove.run(id);
  })();
  assert.equal(db.pragma('integrity_check', { simple: true }), 'ok');
  db.close();
}

test('a tree has no page with one child, however many leaves there are', (t) => {
  const value = Buffer.alloc(400);
  const one = (id: number) => keyedImage([{ id: BigInt(id), value }], 512);
  const counts = [...Array(140).keys(), 3600, 3601, 3602, 3660, 3661, 3719, 3720, 3721, 3722, 3780, 3781];
  for (const count of counts) {
    const { file, at } = emptyTable(t, 512);
    const leaves: Buffer[] = [];
    const pages = new TablePages(file, at, leaves);
    const chunk = Array.from({ length: count }, (_, i) => ({ id: BigInt(i), value }));
    const ahead = () => [one(count), one(count + 1)].values();
    leaves.push(pages.append(keyedImage(chunk), ahead, { compare: false }).leaves);
    pages.seal();
    pages.close();
    assert.equal(rowsIn(file).length, count + 2, `${count + 2} leaves`);
  }
});

test('a row that went ahead gives way to the same one of the chunk, and is counted', (t) => {
  const { file, at } = emptyTable(t, 4096);
  const leaves: Buffer[] = [];
  const pages = new TablePages(file, at, leaves);
  const rows = (value: string, ...ids: bigint[]) => ids.map((id) => ({ id, value }));
  const ahead = [keyedImage(rows('early', 1n, 3n)), keyedImage([]), keyedImage(rows('early', 4n, 2n ** 60n))];
  const chunk = keyedImage(rows('late', 2n, 3n, 4n, 2n ** 60n));
  const packed = pages.append(chunk, () => ahead.values(), { compare: true });
  assert.deepEqual([packed.rows, packed.allRows, packed.displaced, packed.same], [4, 5, 3, true]);
  leaves.push(packed.leaves);
  pages.seal();
  pages.close();
  assert.deepEqual(rowsIn(file), [...rows('early', 1n), ...rows('late', 2n, 3n, 4n, 2n ** 60n)]);
});

test('a chunk whose rows are not between its places is refused', (t) => {
  const { file, at } = emptyTable(t, 4096);
  const pages = new TablePages(file, at, []);
  t.after(() => pages.close());
  const put = (id: bigint, after: bigint, last: bigint) =>
    pages.append(keyedImage([{ id, value: 'x' }]), () => [].values(), { after, last, compare: false });
  for (const [after, last] of [
    [5n, 8n],
    [2n ** 53n, 2n ** 60n],
  ] as const) {
    for (const id of [after, after - 1n, -(2n ** 60n), last + 1n, 2n ** 61n])
      assert.throws(() => put(id, after, last), { code: 'image-foreign' });
    for (const id of [after + 1n, last]) assert.equal(put(id, after, last).rows, 1);
  }
});
