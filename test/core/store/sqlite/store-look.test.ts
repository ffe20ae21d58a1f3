import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { chmodSync, copyFileSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { lookAtPlace } from '../../../../src/core/store/sqlite/place-look.ts';
import { lookAtStore, type StoreLook } from '../../../../src/core/store/sqlite/store-look.ts';
import { projectRoot } from '../../../support/cli.ts';
import { database, type TestContext, temporaryFolder } from '../../../support/tables.ts';

const sql = "CREATE TABLE items(k PRIMARY KEY, v); INSERT INTO items VALUES('a', 1), ('b', zeroblob(100000))";

/** Copies of a database and its journals, as a writer that is killed at this moment leaves them. */
function killed(t: TestContext, write: (file: string) => void): string {
  const folder = temporaryFolder(t);
  const file = path.join(folder, 'shop.db');
  write(file);
  const copies = path.join(folder, 'copies');
  mkdirSync(copies);
  for (const name of readdirSync(folder).filter((entry) => entry.startsWith('shop.db')))
    copyFileSync(path.join(folder, name), path.join(copies, name));
  return path.join(copies, 'shop.db');
}

/** Names and bytes of a folder's files, but for the index of a WAL, which is made anew by whoever reads. */
function bytesIn(folder: string): unknown {
  return readdirSync(folder).map((name) => [
    name,
    name.endsWith('-shm') ? '' : readFileSync(path.join(folder, name)).toString('base64'),
  ]);
}

test('looking leaves a store as it was, in whatever state its last writer left it', (t) => {
  const files = {
    closed: killed(t, (file) => database(t, file, sql).close()),
    closedWal: killed(t, (file) => {
      const db = database(t, file, `PRAGMA journal_mode = WAL; ${sql}`);
      db.close();
    }),
    killedWal: killed(t, (file) => void database(t, file, `PRAGMA journal_mode = WAL; ${sql}`)),
    killedJournal: killed(t, (file) => {
      const db = database(t, file, sql);
      db.exec('PRAGMA cache_size = 5; PRAGMA cache_spill = 5; BEGIN; UPDATE items SET v = randomblob(90000)');
    }),
  };
  for (const [name, file] of Object.entries(files)) {
    const before = bytesIn(path.dirname(file));
    const look = lookAtStore(file, 'items', { willWrite: true });
    assert.equal(look.problem, undefined, name);
    assert.equal(look.isHalfWritten, name === 'killedJournal', name);
    assert.equal(look.table?.rowsEstimate, name === 'killedJournal' ? undefined : 2, name);
    const place = lookAtPlace(file, 'items', look.table?.shape);
    assert.deepEqual(
      [place.hasTable, place.isHalfWritten],
      [name !== 'killedJournal', name === 'killedJournal'],
    );
    assert.deepEqual(bytesIn(path.dirname(file)), before, name);
  }
});

test('a definition that SQLite took once and takes no longer is a problem before a row is read', (t) => {
  const file = path.join(temporaryFolder(t), 'shop.db');
  const db = database(t, file, 'CREATE TABLE items(k PRIMARY KEY, v)');
  db.unsafeMode();
  db.pragma('writable_schema = ON');
  db.exec(
    `UPDATE sqlite_schema SET sql = 'CREATE TABLE items(k PRIMARY KEY, v, CHECK (v <> "x"))' WHERE name = 'items'`,
  );
  db.close();
  const { problem, table } = lookAtStore(file, 'items', { willWrite: true });
  assert.equal(problem?.code, 'table-not-recreatable');
  assert.equal(table?.rowsEstimate, 0);
});

test('a file that the login may only read is told from one that it may write', (t) => {
  const folder = temporaryFolder(t);
  const file = path.join(folder, 'shop.db');
  database(t, file, sql).close();
  chmodSync(folder, 0o555);
  chmodSync(file, 0o444);
  const reader = lookAsSomebodyElse(file);
  chmodSync(folder, 0o755);
  assert.deepEqual(
    [reader.file.canRead, reader.file.canWrite, reader.file.canWriteFolder],
    [true, false, false],
  );
  assert.equal(reader.table?.rowsEstimate, 2);
  assert.equal(reader.problem, undefined);
});

/** Looks with the rights of another login, where this one is root, whom nothing is denied. */
function lookAsSomebodyElse(file: string): StoreLook {
  const look = path.join(projectRoot, 'src/core/store/sqlite/store-look.ts');
  const script = `import(${JSON.stringify(look)}).then(({ lookAtStore }) => {
    const { problem, ...found } = lookAtStore(${JSON.stringify(file)}, 'items', { willWrite: true });
    console.log(JSON.stringify({ ...found, problem: problem && { kind: problem.kind, code: problem.code } }));
  })`;
  const other = process.getuid?.() === 0 ? { uid: 65534, gid: 65534 } : {};
  const text = execFileSync(process.execPath, ['--no-warnings', '-e', script], {
    encoding: 'utf8',
    ...other,
  });
  return JSON.parse(text) as StoreLook;
}
