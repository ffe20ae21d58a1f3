import assert from 'node:assert/strict';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import { protocolVersions } from '../../../src/core/transport/handshake.ts';
import { runJs } from '../../support/cli.ts';
import { startSshd, type TestSshd } from '../../support/sshd.ts';
import { rowsOf, schemaOf } from '../../support/tables.ts';
import { Shop } from '../bad-input/shop.ts';

/** Hosts whose only key is locked to an agent, over real ssh. */
describe('a key that is locked to an agent', { timeout: 100_000 }, () => {
  let shop: Shop;
  const hosts: Record<string, TestSshd> = {};

  before(async () => {
    shop = new Shop();
    const joined = shop.file('joiners/new.db');
    const commands = {
      donor: agentCommand('--role donor', shop.file('east.db')),
      joiner: agentCommand('--role joiner', joined),
    };
    for (const [role, forcedCommand] of Object.entries(commands))
      hosts[role] = await startSshd({ forcedCommand });
    shop.write('ssh_config', Object.entries(hosts).map(clientConfig).join('\n'));
    shop.environment.FORESYNC_SSH_CONFIG = shop.file('ssh_config');
    shop.configure('foresync.yaml', {
      replicas: { east: { host: 'donor', store: `sqlite:${shop.file('east.db')}` } },
    });
  });
  after(async () => {
    shop.remove();
    await Promise.all(Object.values(hosts).map((host) => host.stop()));
  });

  const add = (host: string, store: string) => [
    'add-replica',
    'new',
    '--host',
    host,
    '--store',
    `sqlite:${store}`,
  ];

  test('adds a replica, and nothing is uploaded to either host', async () => {
    const schema = schemaOf(shop.file('east.db'));
    const joined = shop.file('joiners/new.db');
    const result = await shop.run(add('joiner', joined));
    assert.equal(result.exitCode, 0, result.stderr);
    assert.deepEqual(rowsOf(joined, 'items'), rowsOf(shop.file('east.db'), 'items'));
    assert.deepEqual(schemaOf(shop.file('east.db')), schema);
    for (const host of Object.values(hosts)) {
      // What Node compiled of the foresync that is installed there.
      assert.deepEqual(readdirSync(path.join(host.folder, 'cache', 'foresync')), ['compiled']);
    }
  });

  test('refuses another role, another table and another file, and says what it is locked to', async () => {
    const locked = (what: RegExp) => ({
      exitCode: 77,
      code: 'agent-locked',
      message: what,
      hint: /authorized_keys/,
    });
    await shop.refuses(
      add('donor', shop.file('joiners/other.db')),
      locked(/^✗ new: The agent there is locked to the table items as a donor: 'joiner\.look' is refused\.$/),
    );
    await shop.refuses(
      add('joiner', shop.file('joiners/other.db')),
      locked(/as a joiner: the file .*other\.db is refused\.$/),
    );
    shop.configure('keyless.yaml', {
      table: 'keyless',
      replicas: { east: { host: 'donor', store: `sqlite:${shop.file('east.db')}` } },
    });
    await shop.refuses(
      [...add('local', shop.file('joiners/other.db')), '--config', 'keyless.yaml'],
      locked(
        /^✗ east: The agent there is locked to the table items as a donor: the table keyless is refused\.$/,
      ),
    );
  });

  test('refuses to read logs, for it runs no script', async () => {
    const refusal = { exitCode: 77, code: 'host-locked', message: /donor is locked to an agent/ };
    await shop.refuses(['analyze', 'donor:/srv/access.csv', '--format', 'csv'], refusal);
  });

  test('that starts an agent of another version is refused, and both versions are named', async () => {
    const saysOld = await startSshd({ forcedCommand: 'echo Welcome; echo foresync-agent 1; cat' });
    try {
      const both = [...Object.entries(hosts), ['old', saysOld] as [string, TestSshd]];
      writeFileSync(shop.file('old_config'), both.map(clientConfig).join('\n'));
      const env = { FORESYNC_SSH_CONFIG: shop.file('old_config') };
      const { exitCode, stderr } = await shop.run(add('old', '/srv/new.db'), { env });
      assert.equal(exitCode, 76, stderr);
      const words = `✗ The agent at old speaks version 1 of the protocol, this foresync ${protocolVersions.greatest}.`;
      assert.ok(stderr.includes(words), stderr);
      assert.match(stderr, /→ Update foresync at old/);
    } finally {
      await saysOld.stop();
    }
  });
});

function agentCommand(role: string, store: string): string {
  return `sh ${runJs} agent ${role} --store 'sqlite:${store}' --only-table items`;
}

/** The test sshd's client configuration, under an alias of its own. */
function clientConfig([alias, host]: [string, TestSshd]): string {
  return readFileSync(host.configFile, 'utf8').replace(`Host ${host.destination}`, `Host ${alias}`);
}
