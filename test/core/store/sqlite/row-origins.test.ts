import assert from 'node:assert/strict';
import { existsSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import Database from 'better-sqlite3';
import { OriginsFile } from '../../../../src/core/store/sqlite/row-origins.ts';
import { capture, openDonor, openJoiner } from '../../../support/engine-copy.ts';
import { type TestContext, temporaryFolder } from '../../../support/tables.ts';

/** A joiner that is read from while a donor's rows 2, 4, …, 10 come to it. */
function readJoiner(t: TestContext, create: string, { isComplete = true } = {}) {
  const folder = temporaryFolder(t);
  const file = path.join(folder, 'donor.db');
  const writer = new Database(file);
  writer.exec(create);
  const insert = writer.prepare('INSERT INTO t(k, v) VALUES(?, ?)');
  for (let n = 2; n <= 10; n += 2) insert.run(keyOf(n), `row ${n}`);
  const donor = openDonor(file, 't');
  capture(donor);
  const origins = new OriginsFile(folder, { isComplete });
  const { joiner } = openJoiner(path.join(folder, 'joiner.db'), donor.shape);
  joiner.serve(0, origins);
  t.after(() => {
    joiner.close();
    origins.close();
    donor.db.close();
    writer.close();
  });
  const limits = { maxBytes: 1 << 20, digests: false };
  let watermark = 0;
  return {
    ...{ folder, writer, insert, joiner, origins },
    hot: (...keys: string[]) => joiner.hot(donor.reader.planned.hot(keys, limits).image),
    fetch: (key: string) => {
      const read = donor.reader.planned.hot([key], limits);
      joiner.fetched(read.image, [key], { watermark: read.watermark, asOfMs: 0 });
    },
    snapshot: () => joiner.snapshot(donor.reader.snapshot(undefined, 1 << 20).image, undefined),
    round: () => {
      const read = donor.reader.delta(watermark, { maxKeys: 100, maxBytes: 1 << 20 });
      watermark = read.watermark;
      joiner.delta(read);
    },
    by: (key: string) => {
      const known = joiner.served?.find(key);
      return known && 'by' in known ? [known.kind, known.by] : known?.kind;
    },
  };
}

const keyOf = (n: number) => `Key${n}`;
const create = 'CREATE TABLE t(k TEXT COLLATE NOCASE PRIMARY KEY, v)';

test('of each row it is known by what it came first', (t) => {
  const { hot, fetch, snapshot, round, by, insert, writer, joiner } = readJoiner(t, create);
  hot('Key2', 'Key4', 'Key5');
  fetch('Key6');
  fetch('Key7');
  // Neither a planned row that is fetched anew nor one that comes again has come by that.
  fetch('Key4');
  hot('Key6');
  writer.exec("UPDATE t SET v = 'other' WHERE k IN ('Key2', 'Key8')");
  insert.run('Key11', 'new');
  round();
  snapshot();
  assert.deepEqual(by('key2'), ['row', 'plan']);
  assert.deepEqual(by('Key4'), ['row', 'plan']);
  assert.deepEqual(by('Key6'), ['row', 'read-through']);
  assert.deepEqual(by('Key7'), ['none', 'read-through']);
  assert.deepEqual(by('Key8'), ['row', 'delta']);
  assert.deepEqual(by('Key10'), ['row', 'snapshot']);
  assert.deepEqual(by('Key11'), ['row', 'delta']);
  assert.deepEqual(by('Key5'), 'unknown');
  writer.exec("DELETE FROM t WHERE k IN ('Key2', 'Key10'); INSERT INTO t VALUES('Key7', 'late')");
  round();
  joiner.served?.level(1, { isWhole: true });
  assert.deepEqual(by('Key2'), ['none', 'delta']);
  assert.deepEqual(by('Key10'), ['none', 'delta']);
  assert.deepEqual(by('Key7'), ['row', 'delta']);
  assert.deepEqual(by('Key5'), ['none', 'snapshot']);
});

test('what came before it was noted is not told apart', (t) => {
  const { hot, snapshot, by } = readJoiner(t, create, { isComplete: false });
  hot('Key2');
  snapshot();
  assert.deepEqual(by('Key2'), ['row', 'plan']);
  assert.deepEqual(by('Key4'), ['row', undefined]);
});

test('a table whose keys may be NULL is served, and its file is taken away in the end', (t) => {
  const { folder, writer, hot, snapshot, round, by, joiner, origins } = readJoiner(
    t,
    'CREATE TABLE t(k PRIMARY KEY, v)',
  );
  hot('Key2');
  writer.exec("INSERT INTO t VALUES(NULL, 'a'), (NULL, 'b')");
  round();
  snapshot();
  assert.deepEqual(
    [by('Key2'), by('Key4')],
    [
      ['row', 'plan'],
      ['row', 'snapshot'],
    ],
  );
  assert.ok(existsSync(origins.path));
  joiner.close();
  origins.close();
  assert.deepEqual(
    readdirSync(folder).filter((name) => name.startsWith('foresync-inbox-')),
    [],
  );
});

test('a row that is found by another spelling has the key that the table has', (t) => {
  const { hot, joiner } = readJoiner(t, create);
  hot('Key2');
  const known = ['KEY2', 'key3'].map((key) => joiner.served?.find(key));
  assert.deepEqual(
    known.map((one) => one && 'key' in one && [one.key, one.name]),
    [
      ['Key2', '["key2"]'],
      ['key3', '["key3"]'],
    ],
  );
});
