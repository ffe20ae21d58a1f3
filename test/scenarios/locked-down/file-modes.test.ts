import assert from 'node:assert/strict';
import { lstatSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import { connect } from '../../../src/core/store/sqlite/connection.ts';
import { Joiner } from '../../../src/core/store/sqlite/joiner.ts';
import { readTableShape } from '../../../src/core/store/sqlite/table-shape.ts';
import { runJs, runProgram } from '../../support/cli.ts';
import { startSshd, type TestSshd } from '../../support/sshd.ts';
import { Shop } from '../bad-input/shop.ts';

describe('what foresync writes is for its owner alone, whatever the umask', { timeout: 100_000 }, () => {
  let shop: Shop;
  let sshd: TestSshd;
  before(async () => {
    sshd = await startSshd();
    shop = new Shop({ FORESYNC_SSH_CONFIG: sshd.configFile });
    shop.write('access.csv', 'time,op,key\n2026-11-02T08:41:13Z,read,a\n2026-11-02T09:41:13Z,read,b\n');
  });
  after(async () => {
    shop.remove();
    await sshd.stop();
  });

  const openly = async (...args: string[]) => {
    const under = ['-c', 'umask 0; exec "$0" "$@"', runJs, ...args];
    const { exitCode, stderr } = await runProgram('/bin/sh', under, {
      cwd: shop.folder,
      env: shop.environment,
    });
    assert.equal(exitCode, 0, stderr);
  };

  test('the state file, the plan, Prefetch Caches, what is brought to a host, and a new replica', async () => {
    const own = () =>
      open(shop.folder).filter((name) => !/^(access\.csv|east\.db|foresync\.yaml|joiners)$/.test(name));
    await openly('analyze', 'access.csv', '--replica', 'east');
    await openly('plan', '--min-confidence', '0');
    await openly('prefetch', '--plan', 'plan.jsonl', '--cache', 'file');
    const made = readdirSync(shop.folder, { recursive: true }).map(String);
    for (const name of [/^foresync\.db$/, /^plan\.jsonl$/, /^cache\/foresync\/prefetch-\w+\.db$/])
      assert.ok(
        made.some((file) => name.test(file)),
        `${name} in ${made}`,
      );
    assert.deepEqual(own(), []);
    await openly(
      'add-replica',
      'near',
      '--host',
      'local',
      '--store',
      `sqlite:${shop.file('joiners/near.db')}`,
    );
    const far = `sqlite:${shop.file('joiners/far.db')}`;
    await openly('add-replica', 'far', '--host', sshd.destination, '--store', far);
    assert.equal(readdirSync(shop.file('joiners')).length, 2);
    assert.deepEqual(own(), []);
    assert.deepEqual(open(path.join(sshd.folder, 'cache', 'foresync')), []);
  });

  test('a joiner that is being built', () => {
    const umask = process.umask(0);
    try {
      const donor = connect(shop.file('east.db'), { existing: true });
      const shape = readTableShape(donor, 'items');
      donor.close();
      const identity = { runId: 'r', captureId: 'c', bootId: 'b', log: { prunedTo: 0, logEnd: 0 } };
      const { joiner } = Joiner.open(shop.file('built.db'), shape, identity);
      const mode = lstatSync(shop.file('built.db.foresync-joining')).mode & 0o777;
      joiner.close();
      assert.equal(mode, 0o600);
    } finally {
      process.umask(umask);
    }
  });
});

/** What others than the owner may read, write or enter. */
function open(folder: string): string[] {
  return readdirSync(folder, { recursive: true })
    .map(String)
    .filter((name) => (lstatSync(path.join(folder, name)).mode & 0o077) !== 0);
}
