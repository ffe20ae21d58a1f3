import assert from 'node:assert/strict';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import Database from 'better-sqlite3';
import { startCapture } from '../../../src/core/store/sqlite/capture.ts';
import { readTableShape } from '../../../src/core/store/sqlite/table-shape.ts';
import { freePort } from '../../support/free-port.ts';
import { startSshd, type TestSshd } from '../../support/sshd.ts';
import { rowsOf, schemaOf } from '../../support/tables.ts';
import { type Refusal, Shop } from './shop.ts';

describe('a table or a place that will not do', () => {
  let sshd: TestSshd;
  let shop: Shop;
  before(async () => {
    sshd = await startSshd({ env: { PATH: `${path.dirname(process.execPath)}:${process.env.PATH}` } });
    const gone = `Host gone\n  HostName 127.0.0.1\n  Port ${await freePort()}\n`;
    writeFileSync(sshd.configFile, `${readFileSync(sshd.configFile, 'utf8')}${gone}`);
    shop = new Shop({ FORESYNC_SSH_CONFIG: sshd.configFile });
  });
  after(async () => {
    shop.remove();
    await sshd.stop();
  });

  const add = (store = 'joiners/j.db', host = 'local') => {
    const place = host === 'local' ? store : shop.file(store);
    return ['add-replica', 'j', '--host', host, '--store', `sqlite:${place}`];
  };

  const tables: [table: string, code: string, refusal: Omit<Refusal, 'exitCode' | 'code'>][] = [
    ['none', 'table-missing', { message: /east: The table none does not exist/, hint: /foresync\.yaml/ }],
    ['keyless', 'table-without-key', { message: /The table keyless has no primary key/ }],
    ['seen', 'table-is-view', { message: /The table seen is a view/ }],
  ];
  for (const [table, code, refusal] of tables) {
    test(`${code}: refused before anything starts`, async () => {
      shop.configure('table.yaml', { table });
      await shop.refuses([...add(), '--config', 'table.yaml'], { exitCode: 65, code, ...refusal });
    });
  }

  test('a host that cannot be reached, as joiner and as lead', async () => {
    const gone = {
      exitCode: 69,
      code: 'host-unreachable',
      message: /Cannot reach gone: .*refused/,
      hint: /ssh gone/,
    };
    await shop.refuses(add('joiners/j.db', 'gone'), gone);
    shop.configure('far.yaml', { replicas: { east: { host: 'gone', store: 'sqlite:/srv/shop.db' } } });
    await shop.refuses([...add(), '--config', 'far.yaml'], gone);
    await shop.refuses(['prefetch', '--release', '--config', 'far.yaml'], gone);
  });

  test('a donor file that is not there, and a folder of the joiner that is not', async () => {
    shop.configure('lost.yaml', { replicas: { east: { store: 'sqlite:lost.db' } } });
    const lost = {
      exitCode: 74,
      code: 'store-missing',
      message: /no database file .*lost\.db/,
      hint: /foresync\.yaml/,
    };
    await shop.refuses([...add(), '--config', 'lost.yaml'], lost);
    const folder = {
      exitCode: 74,
      code: 'joiner-folder-missing',
      message: /no folder .*nowhere/,
      hint: /--store/,
    };
    await shop.refuses(add('nowhere/j.db'), folder);
    await shop.refuses(add('nowhere/j.db', sshd.destination), folder);
  });

  test('a joiner that is no database stays as it is', async () => {
    shop.write('joiners/notes.txt', 'my notes\n'.repeat(200));
    const refusal = { exitCode: 65, code: 'store-corrupt', message: /notes\.txt is not a sound SQLite file/ };
    await shop.refuses(add('joiners/notes.txt'), refusal);
    assert.equal(readFileSync(shop.file('joiners/notes.txt'), 'utf8'), 'my notes\n'.repeat(200));
  });

  test('a joiner that holds the table: refused, and replaced where one says so', async () => {
    const schema = schemaOf(shop.file('east.db'));
    for (const host of ['local', sshd.destination]) {
      const store = `joiners/${host}.db`;
      shop.database(
        store,
        "CREATE TABLE items(k TEXT PRIMARY KEY, old); CREATE TABLE own(a); INSERT INTO items VALUES('old', 1); INSERT INTO own VALUES(7)",
      );
      const before = [rowsOf(shop.file(store), 'items'), schemaOf(shop.file(store))];
      await shop.refuses(add(store, host), {
        exitCode: 73,
        code: 'joiner-has-table',
        message: /\.db( at \S+)? holds a table items already/,
        hint: /--replace/,
      });
      assert.deepEqual([rowsOf(shop.file(store), 'items'), schemaOf(shop.file(store))], before);
      const { exitCode, stderr } = await shop.run([...add(store, host), '--replace']);
      assert.equal(exitCode, 0, stderr);
      assert.deepEqual(rowsOf(shop.file(store), 'items'), rowsOf(shop.file('east.db'), 'items'));
      assert.deepEqual(rowsOf(shop.file(store), 'own'), ['integer 7']);
    }
    assert.deepEqual(schemaOf(shop.file('east.db')), schema);
    assert.deepEqual(
      readdirSync(shop.file('joiners')).filter((name) => name.includes('foresync-joining')),
      [],
    );
  });

  test("another run's capture is left alone", async () => {
    const other = new Shop();
    try {
      const db = new Database(other.file('east.db'));
      const nowMs = Date.now();
      const capture = { id: 'run-of-another-1', leaseUntilMs: nowMs + 600_000, budgetKeys: 1000, nowMs };
      startCapture(db, readTableShape(db, 'items'), capture);
      db.close();
      await other.refuses(add(), {
        exitCode: 73,
        code: 'capture-running',
        message: /Another run captures changes at east/,
        hint: /prefetch --release/,
      });
    } finally {
      other.remove();
    }
  });
});
