import assert from 'node:assert/strict';
import path from 'node:path';
import { test } from 'node:test';
import { dropCapture, readCapture, startCapture } from '../../../../src/core/store/sqlite/capture.ts';
import { capture, captureId, copyTable, openDonor } from '../../../support/engine-copy.ts';
import { database, rowsOf, schemaOf, type TestContext, temporaryFolder } from '../../../support/tables.ts';

function donorOf(t: TestContext, sql: string) {
  const file = path.join(temporaryFolder(t), 'donor.db');
  const writer = database(t, file, sql);
  const donor = openDonor(file, 't');
  t.after(() => donor.db.close());
  const keys = () =>
    donor.db
      .prepare(
        `SELECT * FROM "${(donor.db.prepare("SELECT name FROM sqlite_schema WHERE name GLOB '_foresync_delta_????????'").pluck().get() as string) ?? ''}" ORDER BY seq`,
      )
      .raw()
      .all()
      .map((row) => (row as unknown[]).slice(2).map(String).join('/'));
  return { file, writer, donor, keys };
}

const shop = `CREATE TABLE t(id INTEGER PRIMARY KEY, u UNIQUE, v);
  INSERT INTO t VALUES(1, 'a', 1), (2, 'b', 2), (3, 'c', 3)`;

test('every kind of write notes the keys that it changed, in order', (t) => {
  for (const [sql, expected] of [
    ["INSERT INTO t VALUES(9, 'z', 0)", ['9']],
    ['UPDATE t SET v = 5 WHERE id = 2', ['2']],
    ['UPDATE t SET id = 8 WHERE id = 2', ['2', '8']],
    ['DELETE FROM t WHERE id = 3', ['3']],
    ['DELETE FROM t', ['1', '2', '3']],
    ["REPLACE INTO t VALUES(1, 'x', 0)", ['1']],
    ["REPLACE INTO t VALUES(9, 'b', 0)", ['2', '9']],
    ["REPLACE INTO t VALUES(1, 'b', 0)", ['2', '1']],
    ["UPDATE OR REPLACE t SET u = 'c' WHERE id = 1", ['3', '1']],
    ["INSERT INTO t VALUES(1, 'q', 0) ON CONFLICT DO UPDATE SET v = 7", ['1']],
    [
      'UPDATE t SET v = 1 WHERE id = 1; UPDATE t SET v = 2 WHERE id = 2; UPDATE t SET v = 3 WHERE id = 1',
      ['2', '1'],
    ],
    ["BEGIN; INSERT INTO t VALUES(9, 'z', 0); DELETE FROM t; ROLLBACK", []],
    ['SAVEPOINT s; DELETE FROM t; ROLLBACK TO s; RELEASE s; UPDATE t SET v = 0 WHERE id = 3', ['3']],
  ] as const) {
    const { writer, donor, keys } = donorOf(t, shop);
    capture(donor);
    writer.exec(sql);
    assert.deepEqual(keys(), expected, sql);
  }
});

test('a write that is ignored, or fails, loses no entry', (t) => {
  const { writer, donor, keys } = donorOf(t, shop);
  capture(donor);
  writer.exec(
    "UPDATE t SET v = 9; INSERT OR IGNORE INTO t VALUES(1, 'b', 0); INSERT OR IGNORE INTO t VALUES(7, 'c', 0)",
  );
  assert.throws(() => writer.exec("INSERT INTO t VALUES(7, 'a', 0)"), { code: 'SQLITE_CONSTRAINT_UNIQUE' });
  assert.deepEqual(keys().toSorted(), ['1', '2', '3']);
  assert.equal(readCapture(donor.db, donor.shape)?.keys, 3);
});

test('keys that are NULL, and keys that only an index takes for equal, are followed', (t) => {
  const nulls = donorOf(t, 'CREATE TABLE t(k TEXT PRIMARY KEY, v); INSERT INTO t VALUES(NULL, 1), (NULL, 2)');
  capture(nulls.donor);
  nulls.writer.exec('UPDATE t SET v = 3 WHERE v = 2; UPDATE t SET v = 4 WHERE v = 1');
  assert.deepEqual(nulls.keys(), ['null']);
  const folded = donorOf(
    t,
    "CREATE TABLE t(k TEXT, PRIMARY KEY(k COLLATE NOCASE)); INSERT INTO t VALUES('A')",
  );
  capture(folded.donor);
  folded.writer.exec("UPDATE t SET k = 'a'; DELETE FROM t");
  assert.deepEqual(folded.keys(), ['a']);
});

/** Writes that evict or hide rows in ways that a plain trigger does not see, made while ranges are being compared. */
const evictions: [what: string, table: string, writes: string][] = [
  [
    'a row with the id -1, which is what a trigger sees for an id that is not known yet',
    'CREATE TABLE t(id INTEGER PRIMARY KEY, u UNIQUE); INSERT INTO t VALUES(-1, 5)',
    'REPLACE INTO t VALUES(NULL, 5); DELETE FROM t WHERE id > -1',
  ],
  [
    'a default that takes the place of a NULL',
    "CREATE TABLE t(id INTEGER PRIMARY KEY, u NOT NULL DEFAULT 'x' UNIQUE); INSERT INTO t VALUES(1, 'x')",
    'REPLACE INTO t VALUES(2, NULL); DELETE FROM t WHERE id = 2',
  ],
  [
    'a key whose index folds case while its column does not',
    "CREATE TABLE t(k TEXT, v, PRIMARY KEY(k COLLATE NOCASE)); INSERT INTO t VALUES('ABC', 1)",
    "REPLACE INTO t VALUES('abc', 2); DELETE FROM t",
  ],
  [
    'the same without a rowid',
    "CREATE TABLE t(k TEXT, v, PRIMARY KEY(k COLLATE NOCASE)) WITHOUT ROWID; INSERT INTO t VALUES('ABC', 1)",
    "REPLACE INTO t VALUES('abc', 2); DELETE FROM t",
  ],
  [
    'a partial index that several rows seem to be in',
    `CREATE TABLE t(id INTEGER PRIMARY KEY, u, s); CREATE UNIQUE INDEX i ON t(u) WHERE t.s = 1;
     INSERT INTO t VALUES(1, 5, 0), (2, 5, 0)`,
    'UPDATE t SET s = 7 WHERE id = 1; INSERT INTO t VALUES(9, 5, 0); INSERT OR IGNORE INTO t VALUES(1, 5, 0)',
  ],
  [
    'a partial index',
    `CREATE TABLE t(id INTEGER PRIMARY KEY, u, s); CREATE UNIQUE INDEX i ON t(u) WHERE s = 1;
     INSERT INTO t VALUES(1, 5, 0), (2, 5, 1)`,
    'REPLACE INTO t VALUES(9, 5, 1); DELETE FROM t WHERE id = 9',
  ],
  [
    'a generated column',
    "CREATE TABLE t(id INTEGER PRIMARY KEY, a, g AS (lower(a)) UNIQUE); INSERT INTO t(id, a) VALUES(1, 'A')",
    "REPLACE INTO t(id, a) VALUES(2, 'a'); DELETE FROM t WHERE id = 2",
  ],
  [
    'a rowid that is no column',
    "CREATE TABLE t(k TEXT PRIMARY KEY, v); INSERT INTO t(rowid, k) VALUES(7, 'a')",
    "REPLACE INTO t(rowid, k) VALUES(7, 'b'); DELETE FROM t WHERE k = 'b'",
  ],
  [
    'a clause of the constraint itself',
    'CREATE TABLE t(id INTEGER PRIMARY KEY, u UNIQUE ON CONFLICT REPLACE); INSERT INTO t VALUES(1, 5)',
    'INSERT INTO t VALUES(2, 5); DELETE FROM t WHERE id = 2',
  ],
];
for (const [what, table, writes] of evictions) {
  test(`evicted rows are noted: ${what}`, (t) => {
    const { file, writer, donor } = donorOf(t, table);
    capture(donor);
    const joinerFile = path.join(path.dirname(file), 'joiner.db');
    const tally = { unequal: 0 };
    const steps = copyTable(donor, joinerFile, {
      hot: [],
      targetBytes: 1e6,
      limits: { maxKeys: 100, maxBytes: 1e6 },
      tally,
    });
    let written = false;
    for (let step = steps.next(); !step.done; step = steps.next()) {
      if (step.value !== 'verify') continue;
      writer.exec(writes);
      written = true;
    }
    assert.ok(written);
    assert.equal(tally.unequal, 0);
    assert.deepEqual(rowsOf(`${joinerFile}.foresync-joining`, 't'), rowsOf(file, 't'));
  });
}

test("the writer's last_insert_rowid() and changes() are its own", (t) => {
  const { writer, donor } = donorOf(t, shop);
  capture(donor);
  const { changes, lastInsertRowid } = writer.prepare("REPLACE INTO t VALUES(40, 'b', 0)").run();
  assert.deepEqual([changes, lastInsertRowid], [1, 40]);
  assert.equal(writer.prepare('UPDATE t SET v = v + 1').run().changes, 3);
  assert.equal(writer.prepare('SELECT last_insert_rowid()').pluck().get(), 40);
});

test('past its budget of keys the log switches itself off, says so, and notes nothing more', (t) => {
  const { writer, donor, keys } = donorOf(t, shop);
  capture(donor, { budgetKeys: 2 });
  writer.exec('UPDATE t SET v = 9 WHERE id < 3');
  assert.equal(readCapture(donor.db, donor.shape)?.broken, undefined);
  writer.exec('UPDATE t SET v = 9; DELETE FROM t');
  assert.equal(readCapture(donor.db, donor.shape)?.broken, 'budget');
  assert.equal(keys().length, 3);
  assert.throws(() => donor.reader.delta(0, { maxKeys: 9, maxBytes: 999 }), {
    kind: 'stopped',
    code: 'log-broken',
  });
});

test('past its lease the log switches itself off at the next write', (t) => {
  const { writer, donor } = donorOf(t, shop);
  capture(donor, { leaseUntilMs: 1000 });
  writer.exec('UPDATE t SET v = 9 WHERE id = 1');
  writer.exec('UPDATE t SET v = 9 WHERE id = 2');
  const state = readCapture(donor.db, donor.shape);
  assert.deepEqual([state?.broken, state?.keys], ['lease', 1]);
});

test('a capture is kept by its own id, refused to others while it lives, and replaced when it is broken', (t) => {
  const { writer, donor } = donorOf(t, shop);
  const start = (id: string, nowMs: number) =>
    startCapture(donor.db, donor.shape, { id, nowMs, leaseUntilMs: nowMs + 60_000, budgetKeys: 2 });
  const nowMs = Date.now();
  start(captureId, nowMs);
  writer.exec('UPDATE t SET v = 9 WHERE id = 1');
  assert.equal(start(captureId, nowMs).keys, 1);
  assert.throws(() => start('other', nowMs), { kind: 'exists', code: 'capture-running' });
  assert.equal(start('other', nowMs + 120_000).watermark, 0);
  writer.exec('UPDATE t SET v = 9');
  assert.equal(start('third', nowMs).keys, 0);
});

test('a capture may get another id while it is whole, by who knows the one that it has', (t) => {
  const { writer, donor } = donorOf(t, shop);
  const nowMs = Date.now();
  const start = (id: string, instead?: string) =>
    startCapture(donor.db, donor.shape, {
      ...{ id, instead, nowMs, leaseUntilMs: nowMs + 60_000, budgetKeys: 2 },
    });
  start('first');
  writer.exec('UPDATE t SET v = 9 WHERE id = 1');
  assert.deepEqual([start('second', 'first').keys, readCapture(donor.db, donor.shape)?.id], [1, 'second']);
  assert.throws(() => start('third', 'first'), { kind: 'exists', code: 'capture-running' });
  writer.exec('UPDATE t SET v = 9');
  assert.throws(() => start('third', 'second'), { kind: 'stopped', code: 'log-broken' });
  assert.throws(() => start('second', 'second'), { kind: 'stopped', code: 'log-broken' });
});

test('a capture that began before the table or its indexes were altered is broken', (t) => {
  for (const sql of ['ALTER TABLE t ADD COLUMN w', 'CREATE UNIQUE INDEX late ON t(v)']) {
    const { file, writer, donor } = donorOf(t, shop);
    capture(donor);
    writer.exec(sql);
    assert.throws(() => donor.reader.snapshot(undefined, 100), { kind: 'data', code: 'table-altered' }, sql);
    const anew = openDonor(file, 't');
    assert.equal(readCapture(anew.db, anew.shape)?.broken, 'altered');
    anew.db.close();
  }
});

test('what capture takes away again leaves the schema as it was, even after the table is gone', (t) => {
  const { file, writer, donor } = donorOf(t, `${shop}; CREATE TABLE s(id INTEGER PRIMARY KEY AUTOINCREMENT)`);
  const before = schemaOf(file);
  capture(donor);
  assert.notDeepEqual(schemaOf(file), before);
  writer.exec('DELETE FROM t');
  dropCapture(donor.db, donor.shape);
  dropCapture(donor.db, donor.shape);
  assert.deepEqual(schemaOf(file), before);
  assert.equal(readCapture(donor.db, donor.shape), undefined);
  capture(donor);
  writer.exec('DROP TABLE t');
  dropCapture(donor.db, donor.shape);
  assert.deepEqual(
    schemaOf(file),
    before.filter((line) => !/ t | sqlite_autoindex_t_1 /.test(line)),
  );
});

/** Names of what a write walks through from its first row on, in its triggers too. */
function walked(donor: ReturnType<typeof openDonor>, sql: string): Set<string> {
  const names = new Map(
    (donor.db.prepare('SELECT rootpage, name FROM sqlite_schema').raw().all() as [number, string][]).map(
      ([page, name]) => [page, name],
    ),
  );
  const cursors = new Map<number, string | undefined>();
  const found = new Set<string>();
  const program = donor.db.prepare(`EXPLAIN ${sql}`).all() as { opcode: string; p1: number; p2: number }[];
  for (const { opcode, p1, p2 } of program) {
    if (opcode === 'OpenRead' || opcode === 'OpenWrite') cursors.set(p1, names.get(p2));
    if (opcode === 'Rewind') found.add(cursors.get(p1) ?? '');
  }
  return found;
}

test('a write looks its key up in the Delta Log, however long that is, and never walks through it', (t) => {
  for (const key of [
    'k INTEGER PRIMARY KEY',
    'k INT PRIMARY KEY',
    'k TEXT PRIMARY KEY COLLATE NOCASE',
    'k REAL PRIMARY KEY',
    'k PRIMARY KEY',
    'k NUMERIC, l TEXT, PRIMARY KEY(l, k)',
  ]) {
    const { donor } = donorOf(t, `CREATE TABLE t(u UNIQUE, ${key})`);
    capture(donor);
    for (const sql of [
      "REPLACE INTO t(k, u) VALUES(1, 'a')",
      "UPDATE t SET u = 'b' WHERE k = 1",
      'DELETE FROM t WHERE k = 1',
    ])
      assert.deepEqual(
        [...walked(donor, sql)].filter((name) => name.includes('_delta_')),
        [],
        `${key}: ${sql}`,
      );
  }
});
