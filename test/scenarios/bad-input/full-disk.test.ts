import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { after, describe, test } from 'node:test';
import { runJs, runProgram } from '../../support/cli.ts';
import { rowsOf, schemaOf } from '../../support/tables.ts';
import { assertRefused, Shop } from './shop.ts';

const full = { exitCode: 74, code: 'disk-full' };
const rowsSql = `CREATE TABLE items(k INTEGER PRIMARY KEY, v BLOB);
  WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 4000) INSERT INTO items SELECT i, randomblob(1000) FROM n;`;
const add = ['add-replica', 'j', '--host', 'local', '--store', 'sqlite:joiners/j.db'];

describe('a full disk at the joiner', () => {
  const shop = new Shop();
  after(() => shop.remove());
  shop.database('alone.db', rowsSql);
  // What other tables take is not needed at the joiner, so that how much it needs is not known before.
  shop.database('among.db', `${rowsSql} CREATE TABLE others(a)`);
  for (const name of ['alone', 'among'])
    shop.configure(`${name}.yaml`, { group: name, replicas: { east: { store: `sqlite:${name}.db` } } });

  test('a file that may not grow: said in one line, and the same command goes on where there is room', async () => {
    const schema = schemaOf(shop.file('among.db'));
    const limited = ['-c', 'ulimit -f 2048; exec "$@"', 'sh', runJs, ...add, '--config', 'among.yaml'];
    const env = { XDG_CACHE_HOME: shop.file('cache'), FORESYNC_STATE: undefined, FORESYNC_CONFIG: undefined };
    assertRefused(await runProgram('/bin/sh', limited, { cwd: shop.folder, env }), {
      ...full,
      message: /j: The disk of .* is full/,
      hint: /Make room/,
    });
    await assertGoesOn('among', schema);
  });

  test('a small disk: too small from the start, and full on the way', async (t) => {
    const folder = shop.file('joiners');
    const mounted = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=1m', 'foresync-test', folder], {
      encoding: 'utf8',
    });
    if (mounted.status !== 0) {
      t.diagnostic(
        `no tmpfs may be mounted here (${mounted.stderr?.trim()}): only the limit on a file's size was tried`,
      );
      return;
    }
    try {
      const schema = schemaOf(shop.file('among.db'));
      const known = { ...full, message: /j has 1 MiB free and needs about 5 MiB/, hint: /another disk/ };
      await shop.refuses([...add, '--config', 'alone.yaml'], known);
      const onTheWay = { ...full, message: /j: The disk of .* is full/, hint: /Make room/ };
      assertRefused(await shop.run([...add, '--config', 'among.yaml']), onTheWay);
      execFileSync('mount', ['-o', 'remount,size=32m', folder]);
      await assertGoesOn('among', schema);
    } finally {
      execFileSync('umount', [folder]);
    }
  });

  async function assertGoesOn(name: string, schema: string[]): Promise<void> {
    const { exitCode, stderr } = await shop.run([...add, '--config', `${name}.yaml`]);
    assert.equal(exitCode, 0, stderr);
    const [joiner, donor] = [shop.file('joiners/j.db'), shop.file(`${name}.db`)];
    assert.deepEqual(rowsOf(joiner, 'items'), rowsOf(donor, 'items'));
    assert.deepEqual(schemaOf(donor), schema);
    assert.deepEqual(readdirSync(shop.file('joiners')), ['j.db']);
  }
});
