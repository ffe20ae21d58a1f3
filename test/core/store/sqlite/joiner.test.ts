import assert from 'node:assert/strict';
import { copyFileSync, existsSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import Database from 'better-sqlite3';
import type { ScanKey } from '../../../../src/core/store/sqlite/key-codec.ts';
import { hostileImage } from '../../../faults/fuzzed/hostile-images.ts';
import { capture, copyTable, openDonor, openJoiner, publishCopy } from '../../../support/engine-copy.ts';
import { database, rowsOf, schemaOf, type TestContext, temporaryFolder } from '../../../support/tables.ts';

const plenty = { maxKeys: 100, maxBytes: 1e6 };

function shop(t: TestContext, sql: string) {
  const folder = temporaryFolder(t);
  const file = path.join(folder, 'donor.db');
  const writer = database(t, file, sql);
  const donor = openDonor(file, 't');
  t.after(() => donor.db.close());
  capture(donor);
  const joinerFile = path.join(folder, 'joiner.db');
  const copyAll = (more: { targetBytes?: number; reopens?: () => boolean } = {}) => {
    const tally = { unequal: 0 };
    const options = { hot: [], targetBytes: 1e6, limits: plenty, tally, ...more };
    let calls = 0;
    for (const steps = copyTable(donor, joinerFile, options); !steps.next().done; ) calls++;
    return { calls, ...tally };
  };
  return { folder, file, writer, donor, joinerFile, staging: `${joinerFile}.foresync-joining`, copyAll };
}

const exact = `CREATE TABLE t(k PRIMARY KEY, v, r REAL, x TEXT);
  INSERT INTO t VALUES(9007199254740993, -9223372036854775808, 9e999, 'a' || char(0) || 'b'),
    (9223372036854775807, -0.0, -9e999, CAST(x'c328ff' AS TEXT)), (1.5, NULL, NULL, ''), ('1.5', x'', 5e-324, NULL),
    (x'00', x'0000', 0.1, '🙂'), ('', '', 1e22, ' '), (NULL, zeroblob(5000), 1, 'x'), (NULL, 'twice', 2, 'x')`;

for (const encoding of ['UTF-8', 'UTF-16le', 'UTF-16be']) {
  test(`values arrive to the bit in ${encoding}`, (t) => {
    const { file, joinerFile, donor, copyAll } = shop(t, `PRAGMA encoding = '${encoding}'; ${exact}`);
    assert.equal(copyAll({ targetBytes: 100 }).unequal, 0);
    publishCopy(joinerFile, donor.shape);
    assert.deepEqual(rowsOf(joinerFile, 't', ['rowid']), rowsOf(file, 't', ['rowid']));
    const copy = new Database(joinerFile, { readonly: true });
    assert.equal(copy.pragma('encoding', { simple: true }), encoding);
    assert.ok(Object.is(copy.prepare("SELECT v FROM t WHERE x = ''").pluck().get(), null));
    copy.close();
  });
}

test('a joiner that is closed after every call goes on where it was, and ends as one that was not', (t) => {
  const { file, staging, writer, copyAll } = shop(t, 'CREATE TABLE t(id INTEGER PRIMARY KEY, v UNIQUE, w)');
  const insert = writer.prepare("INSERT INTO t VALUES(?, ?, 'some text to fill a chunk')");
  for (let id = 0; id < 50; id++) insert.run(id * 3, 50 - id);
  const { calls, unequal } = copyAll({ targetBytes: 200, reopens: () => true });
  assert.ok(calls > 20);
  assert.equal(unequal, 0);
  assert.deepEqual(rowsOf(staging, 't'), rowsOf(file, 't'));
});

test('what another capture, another definition or no joiner at all left there is started anew', (t) => {
  const { writer, donor, joinerFile, staging, copyAll, file } = shop(
    t,
    'CREATE TABLE t(id INTEGER PRIMARY KEY, v)',
  );
  writer.exec('INSERT INTO t VALUES(1, 1)');
  copyAll();
  const other = openJoiner(joinerFile, donor.shape, 'another-capture');
  assert.deepEqual([other.resumed, other.joiner.rowCount()], [false, 0]);
  other.joiner.close();
  copyAll();
  writer.exec('ALTER TABLE t ADD COLUMN w');
  const altered = openDonor(file, 't');
  t.after(() => altered.db.close());
  const anew = openJoiner(joinerFile, altered.shape);
  assert.equal(anew.resumed, false);
  anew.joiner.close();
  writeFileSync(staging, '');
  const empty = openJoiner(joinerFile, donor.shape);
  assert.equal(empty.resumed, false);
  empty.joiner.close();
});

test('a joiner that another run builds is left to it', (t) => {
  const { donor, joinerFile } = shop(t, 'CREATE TABLE t(id INTEGER PRIMARY KEY, v)');
  const { joiner } = openJoiner(joinerFile, donor.shape);
  t.after(() => joiner.close());
  assert.throws(() => openJoiner(joinerFile, donor.shape), { kind: 'exists', code: 'joiner-busy' });
});

test('a chunk that brings a trigger, another table or no database is refused, and changes nothing', (t) => {
  const { folder, donor, joinerFile } = shop(
    t,
    "CREATE TABLE t(id INTEGER PRIMARY KEY, v); INSERT INTO t VALUES(1, 'x')",
  );
  const sound = donor.reader.snapshot(undefined, 100).image;
  const refused = (image: Buffer, expected: object, message?: string) => {
    const { joiner } = openJoiner(joinerFile, donor.shape);
    assert.throws(() => joiner.snapshot(image, undefined), expected, message);
    assert.deepEqual([joiner.rowCount(), joiner.checkpoint.stage], [0, 'hot']);
    joiner.close();
  };
  for (const sql of [
    'CREATE TRIGGER g AFTER INSERT ON r BEGIN SELECT 1; END',
    'CREATE TABLE more(a)',
    'DROP TABLE r; CREATE VIEW r AS SELECT 1 AS c0, 2 AS c1',
    'DROP TABLE r; CREATE TABLE r(c0, c1, c2)',
  ]) {
    const hostile = new Database(sound);
    hostile.exec(sql);
    const image = hostile.serialize();
    hostile.close();
    refused(image, { kind: 'protocol', code: 'image-foreign' }, sql);
  }
  refused(Buffer.from('no database'.repeat(100)), { kind: 'protocol', code: 'image-foreign' });
  const { joiner } = openJoiner(joinerFile, donor.shape);
  joiner.snapshot(sound, undefined);
  assert.deepEqual([joiner.rowCount(), joiner.checkpoint.stage], [1, 'delta']);
  joiner.close();
  assert.deepEqual(
    readdirSync(folder).filter((name) => name.includes('inbox')),
    [],
  );
});

test('a chunk whose pages lead to one another is refused, for a walk over it would not end', (t) => {
  const { donor, joinerFile } = shop(t, 'CREATE TABLE t(id INTEGER PRIMARY KEY, v, w)');
  const { joiner } = openJoiner(joinerFile, donor.shape);
  t.after(() => joiner.close());
  const image = hostileImage('ordered', 0, { how: 'lattice' });
  assert.throws(() => joiner.snapshot(image, undefined), { kind: 'protocol', code: 'image-foreign' });
  assert.equal(joiner.rowCount(), 0);
});

test('after a chunk that failed none is applied, or the checkpoint would pass over its rows', (t) => {
  const { donor, joinerFile } = shop(
    t,
    "CREATE TABLE t(id INTEGER PRIMARY KEY, v); INSERT INTO t VALUES(1, 'x'), (2, 'y')",
  );
  const { joiner } = openJoiner(joinerFile, donor.shape);
  const first = donor.reader.snapshot(undefined, 1);
  const second = donor.reader.snapshot(first.to, 1);
  assert.throws(() => joiner.snapshot(Buffer.from('cut on the way'), first.to), { code: 'image-foreign' });
  assert.throws(() => joiner.snapshot(second.image, second.to), { code: 'image-foreign' });
  assert.equal(joiner.checkpoint.snapshotAfter, undefined);
  joiner.close();
  const { joiner: again } = openJoiner(joinerFile, donor.shape);
  t.after(() => again.close());
  again.snapshot(first.image, first.to);
  again.snapshot(second.image, second.to);
  assert.equal(again.rowCount(), 2);
});

test('what is read back where a chunk was put shows a row that is not as it came, and that one gave way', (t) => {
  const { donor, joinerFile, staging } = shop(
    t,
    "CREATE TABLE t(id INTEGER PRIMARY KEY, u UNIQUE, v); INSERT INTO t VALUES(1, 'a', 1), (2, 'b', 2), (3, 'c', 3.5)",
  );
  const compare = true;
  const { joiner } = openJoiner(joinerFile, donor.shape);
  const first = donor.reader.planned.hot([3, 1], { maxBytes: 1e6, digests: false });
  assert.deepEqual(joiner.hot(first.image, { compare }), { rows: 2, displaced: false, same: true });
  const all = donor.reader.planned.hot([1, 2, 3], { maxBytes: 1e6, digests: false });
  assert.deepEqual(joiner.hot(all.image, { compare }), { rows: 3, displaced: true, same: true });
  joiner.close();
  const tamper = new Database(staging);
  tamper.exec(
    'DELETE FROM t; CREATE TRIGGER g AFTER INSERT ON t WHEN new.id = 3 BEGIN UPDATE t SET v = 3 WHERE id = 3; END',
  );
  tamper.close();
  const { joiner: again } = openJoiner(joinerFile, donor.shape);
  t.after(() => again.close());
  const { image } = donor.reader.snapshot(undefined, 1e6);
  assert.deepEqual(again.snapshot(image, undefined, { compare }), { rows: 3, displaced: false, same: false });
});

test('rows of different moments that collide on a UNIQUE column sort themselves out', (t) => {
  const { file, writer, donor, joinerFile, staging, copyAll } = shop(
    t,
    'CREATE TABLE t(id INTEGER PRIMARY KEY, u UNIQUE); INSERT INTO t VALUES(1, 1), (2, 2), (3, 3)',
  );
  const { joiner } = openJoiner(joinerFile, donor.shape);
  const early = donor.reader.planned.hot([1, 2, 3], { maxBytes: 1e6, digests: false });
  writer.exec(
    'UPDATE t SET u = 30 WHERE id = 3; UPDATE t SET u = 3 WHERE id = 1; UPDATE t SET u = 1 WHERE id = 2',
  );
  const late = donor.reader.planned.hot([1], { maxBytes: 1e6, digests: false });
  joiner.hot(late.image);
  joiner.hot(early.image);
  joiner.close();
  assert.equal(copyAll().unequal, 0);
  assert.deepEqual(rowsOf(staging, 't'), rowsOf(file, 't'));
});

test('a joiner that was tampered with is repaired, and the rows that differed are counted', (t) => {
  const { donor, joinerFile, staging, file } = shop(
    t,
    "CREATE TABLE t(id INTEGER PRIMARY KEY, v TEXT COLLATE NOCASE); INSERT INTO t VALUES(1, 'a'), (2, 'b'), (3, 'c'), (4, 'd')",
  );
  const first = openJoiner(joinerFile, donor.shape).joiner;
  first.snapshot(donor.reader.snapshot(undefined, 1e6).image, undefined);
  first.close();
  const tamper = new Database(staging);
  tamper.exec(
    "UPDATE t SET v = 'A' WHERE id = 1; DELETE FROM t WHERE id = 2; INSERT INTO t VALUES(9, 'surplus')",
  );
  tamper.close();
  const { joiner } = openJoiner(joinerFile, donor.shape);
  const { tail, range } = donor.reader.verify(0, undefined, 1e6, plenty);
  assert.ok(range);
  assert.equal(joiner.verify(tail, { to: range.to }, range.digest).same, false);
  const rows = donor.reader.range(0, {}, plenty);
  const { same, differences } = joiner.repair(
    rows.tail,
    {},
    rows.image ?? Buffer.alloc(0),
    rows.digest ?? '',
  );
  joiner.close();
  assert.deepEqual([same, differences], [true, 3]);
  assert.deepEqual(rowsOf(staging, 't'), rowsOf(file, 't'));
});

test('a published file is whole, closed and without a log beside it', (t) => {
  for (const walMode of [true, false]) {
    const { file, donor, folder, joinerFile, copyAll, writer } = shop(
      t,
      `CREATE TABLE t(id INTEGER PRIMARY KEY AUTOINCREMENT, v, g AS (v || 'x') STORED UNIQUE);
       CREATE INDEX i ON t(v) WHERE v > 1; INSERT INTO t(v) VALUES(1), (2), (3); DELETE FROM t WHERE id = 3`,
    );
    copyAll();
    publishCopy(joinerFile, donor.shape, { walMode });
    assert.deepEqual(
      readdirSync(folder).filter((name) => name.startsWith('joiner')),
      ['joiner.db'],
    );
    assert.deepEqual(rowsOf(joinerFile, 't'), rowsOf(file, 't'));
    assert.deepEqual(
      schemaOf(joinerFile),
      schemaOf(file).filter((line) => !line.includes('_foresync')),
    );
    const copy = new Database(joinerFile);
    assert.equal(copy.pragma('journal_mode', { simple: true }), walMode ? 'wal' : 'delete');
    assert.equal(copy.pragma('integrity_check', { simple: true }), 'ok');
    assert.equal(copy.prepare("INSERT INTO t(v) VALUES('next')").run().lastInsertRowid, 4);
    copy.close();
    writer.close();
  }
});

test('into a file with other tables the copy goes in one transaction, beside readers, or not at all', (t) => {
  const { file, donor, joinerFile, staging, copyAll } = shop(
    t,
    `CREATE TABLE t(id INTEGER PRIMARY KEY AUTOINCREMENT, v CHECK(v > 0)); CREATE INDEX i ON t(v);
     INSERT INTO t(v) VALUES(1), (2), (3); DELETE FROM t WHERE id = 3; PRAGMA ignore_check_constraints = ON; UPDATE t SET v = -1 WHERE id = 1`,
  );
  const own = database(
    t,
    joinerFile,
    'PRAGMA journal_mode = WAL; CREATE TABLE mine(id INTEGER PRIMARY KEY AUTOINCREMENT); INSERT INTO mine VALUES(77); CREATE TABLE t(old); INSERT INTO t VALUES(1)',
  );
  own.exec('BEGIN; SELECT * FROM mine');
  copyAll();
  assert.throws(() => publishCopy(joinerFile, donor.shape, { walMode: true }), {
    code: 'joiner-has-table',
  });
  assert.deepEqual(rowsOf(joinerFile, 't'), ['integer 1']);
  assert.ok(existsSync(staging));
  publishCopy(joinerFile, donor.shape, { replace: true, walMode: true });
  assert.equal(own.prepare('SELECT count(*) FROM t').pluck().get(), 1);
  own.exec('COMMIT');
  assert.deepEqual(rowsOf(joinerFile, 't'), rowsOf(file, 't'));
  assert.deepEqual(own.prepare('SELECT * FROM sqlite_sequence ORDER BY 1').raw().all(), [
    ['mine', 77],
    ['t', 3],
  ]);
  assert.ok(!existsSync(staging));
});

test('a table is walked by the collation of its key, which need not be that of the column', (t) => {
  const { file, staging, writer, copyAll } = shop(
    t,
    'CREATE TABLE t(a TEXT COLLATE NOCASE, v, PRIMARY KEY(a COLLATE BINARY)) WITHOUT ROWID',
  );
  const insert = writer.prepare("INSERT INTO t VALUES(?, 'some text to fill a chunk')");
  for (let n = 0; n < 200; n++) {
    insert.run(`k${n}`);
    insert.run(`K${n}`);
  }
  assert.equal(copyAll({ targetBytes: 200 }).unequal, 0);
  assert.equal(rowsOf(staging, 't').length, 400);
  assert.deepEqual(rowsOf(staging, 't'), rowsOf(file, 't'));
});

/** Rows of an INTEGER PRIMARY KEY, in many chunks: a joiner whose rows are put together page by page. */
function manyRows(t: TestContext) {
  const rows = `WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < 399)
    INSERT INTO t SELECT i * 3, 'some text ' || (i % 7), zeroblob(iif(i % 90, i % 40, 9000)) FROM n`;
  return shop(
    t,
    `CREATE TABLE t(id INTEGER PRIMARY KEY, v TEXT, w BLOB); CREATE INDEX by_v ON t(v); ${rows}`,
  );
}

test('rows that went ahead stand in their places between those of the snapshot', (t) => {
  const { file, staging, donor, joinerFile } = manyRows(t);
  const hot = [3, 6, 300, 1197, 270];
  const tally = { unequal: 0 };
  const options = { hot, targetBytes: 3000, limits: plenty, tally, reopens: () => true };
  const steps = [...copyTable(donor, joinerFile, options)];
  assert.ok(steps.filter((step) => step === 'snapshot').length > 20);
  assert.equal(tally.unequal, 0);
  assert.deepEqual(rowsOf(staging, 't'), rowsOf(file, 't'));
  assert.deepEqual(
    readdirSync(path.dirname(staging)).filter((name) => name.endsWith('-rows')),
    [],
  );
});

test('a round of the Delta Log between chunks finds the rows that came before it, and those that went ahead', (t) => {
  const { file, writer, staging, donor, joinerFile } = manyRows(t);
  const tally = { unequal: 0 };
  const options = { hot: [6, 1194, 1197], targetBytes: 3000, limits: plenty, tally, reopens: () => true };
  let chunks = 0;
  const roundBehind = () => ++chunks === 5;
  for (const step of copyTable(donor, joinerFile, { ...options, roundBehind }))
    if (step === 'snapshot read' && chunks === 4)
      writer.exec("DELETE FROM t WHERE id IN (9, 1197); UPDATE t SET v = 'new' WHERE id IN (6, 12)");
  assert.equal(tally.unequal, 0);
  assert.deepEqual(rowsOf(staging, 't'), rowsOf(file, 't'));
});

test('a process that died when its pages were whole, and not yet in their place, is gone on with from there', (t) => {
  const { file, staging, donor, joinerFile } = manyRows(t);
  const kept = path.join(path.dirname(staging), 'kept');
  const { joiner } = openJoiner(joinerFile, donor.shape);
  for (let to = null as ScanKey | undefined | null; to !== undefined; ) {
    joiner.close();
    copyFileSync(staging, kept);
    const { joiner: again } = openJoiner(joinerFile, donor.shape);
    const chunk = donor.reader.snapshot(again.checkpoint.snapshotAfter, 3000);
    again.snapshot(chunk.image, chunk.to);
    again.close();
    to = chunk.to;
  }
  renameSync(staging, `${staging}-rows`);
  renameSync(kept, staging);
  const { joiner: last, resumed } = openJoiner(joinerFile, donor.shape);
  assert.deepEqual([resumed, last.checkpoint.stage, last.rowCount()], [true, 'delta', 400]);
  last.close();
  assert.deepEqual(rowsOf(staging, 't'), rowsOf(file, 't'));
});

test('a staging file whose pages are gone is started anew', (t) => {
  const { staging, donor, joinerFile } = manyRows(t);
  const { joiner } = openJoiner(joinerFile, donor.shape);
  const chunk = donor.reader.snapshot(undefined, 3000);
  joiner.snapshot(chunk.image, chunk.to);
  joiner.close();
  rmSync(`${staging}-rows`);
  const { joiner: anew, resumed } = openJoiner(joinerFile, donor.shape);
  t.after(() => anew.close());
  assert.deepEqual([resumed, anew.checkpoint.snapshotAfter], [false, undefined]);
});
