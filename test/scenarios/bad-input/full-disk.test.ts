import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import type { CliResult } from '../../support/cli.ts';
import { startSshd, type TestSshd } from '../../support/sshd.ts';
import { rowsOf, schemaOf } from '../../support/tables.ts';
import { assertRefused, Shop } from './shop.ts';

const full = { exitCode: 74, code: 'disk-full' };
const onTheWay = { ...full, message: /j: The disk of .* is full/, hint: /Make room/ };
/** 12 MB. */
const rowsSql = `CREATE TABLE items(k INTEGER PRIMARY KEY, v BLOB);
  WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 3000)
  INSERT INTO items SELECT i, randomblob(4000) FROM n;`;

describe('a full disk at the joiner', () => {
  let shop: Shop;
  let sshd: TestSshd;
  let schema: string[];
  before(async () => {
    shop = new Shop();
    shop.database('alone.db', rowsSql);
    // What other tables take is not needed at the joiner, so that what it needs is not known before.
    shop.database('among.db', `${rowsSql} CREATE TABLE others(a)`);
    for (const name of ['alone', 'among'])
      shop.configure(`${name}.yaml`, { group: name, replicas: { east: { store: `sqlite:${name}.db` } } });
    schema = schemaOf(shop.file('among.db'));
    sshd = await startSshd({
      env: { PATH: `${path.dirname(process.execPath)}:${process.env.PATH}` },
      // No file there may outgrow what stands in `limit`, in units of 512 or 1024 bytes, as the shell has it.
      serverConfig: [`ForceCommand ulimit -f $(cat '${shop.file('limit')}'); sh -c "$SSH_ORIGINAL_COMMAND"`],
    });
    shop.environment.FORESYNC_SSH_CONFIG = sshd.configFile;
  });
  after(async () => {
    shop.remove();
    await sshd.stop();
  });

  const add = (group: string, host = 'local') => {
    const store = `sqlite:${shop.file('joiners/j.db')}`;
    return ['add-replica', 'j', '--host', host, '--store', store, '--config', `${group}.yaml`];
  };

  test('a file that may not grow: said in one line, and the same command goes on where it may', async () => {
    shop.write('limit', '8000');
    assertRefused(await shop.run(add('among', sshd.destination)), onTheWay);
    assert.notDeepEqual(schemaOf(shop.file('among.db')), schema, 'capture goes on');
    shop.write('limit', 'unlimited');
    assertWentOn(await shop.run(add('among', sshd.destination)));
  });

  test('a small disk: too small from the start, and full on the way', async (t) => {
    const folder = shop.file('joiners');
    const mount = ['-t', 'tmpfs', '-o', 'size=6m', 'foresync-test', folder];
    const mounted = spawnSync('mount', mount, { encoding: 'utf8' });
    if (mounted.status !== 0) {
      t.diagnostic(`no tmpfs may be mounted here (${mounted.stderr?.trim()}): only a file's limit was tried`);
      return;
    }
    try {
      const known = {
        ...full,
        message: /j has 6(?:\.0)? MiB free and needs about 1\d(?:\.\d)? MiB/,
        hint: /another disk/,
      };
      await shop.refuses(add('alone'), known);
      assertRefused(await shop.run(add('among')), onTheWay);
      execFileSync('mount', ['-o', 'remount,size=40m', folder]);
      assertWentOn(await shop.run(add('among')));
    } finally {
      execFileSync('umount', [folder]);
    }
  });

  function assertWentOn({ exitCode, stderr }: CliResult): void {
    assert.equal(exitCode, 0, stderr);
    assert.match(stderr, /resumed {2}[\d,]+ rows/);
    const [joiner, donor] = [shop.file('joiners/j.db'), shop.file('among.db')];
    assert.deepEqual(rowsOf(joiner, 'items'), rowsOf(donor, 'items'));
    assert.deepEqual(schemaOf(donor), schema);
    assert.deepEqual(readdirSync(shop.file('joiners')), ['j.db']);
  }
});
