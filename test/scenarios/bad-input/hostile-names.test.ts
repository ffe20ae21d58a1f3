import assert from 'node:assert/strict';
import { existsSync, mkdirSync } from 'node:fs';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import type { CliResult } from '../../support/cli.ts';
import { startSshd, type TestSshd } from '../../support/sshd.ts';
import { quoted, rowsOf, schemaOf } from '../../support/tables.ts';
import { planLines } from './plan-lines.ts';
import { assertPrintable, Shop } from './shop.ts';

/** Whatever a shell, SQL, a terminal or a path might take for its own. `canary` is made by whoever runs it. */
const hostile = (canary: string) =>
  `it's "$(touch ${canary})" \`touch ${canary}\`; touch ${canary} | & \\ * ~ %s %h\n--; DROP TABLE items; \u001b[31m\u0007\u009b2J\u202e é`;

describe('hostile names', () => {
  let sshd: TestSshd;
  let shop: Shop;
  let canary: string;
  before(async () => {
    sshd = await startSshd({ env: { PATH: `${path.dirname(process.execPath)}:${process.env.PATH}` } });
    shop = new Shop({ FORESYNC_SSH_CONFIG: sshd.configFile });
    canary = shop.file('canary');
  });
  after(async () => {
    shop.remove();
    await sshd.stop();
  });

  test('a host that ssh or a shell could misread is refused, in a flag and in foresync.yaml', async () => {
    const touch = `touch ${canary}`;
    const hosts = [
      ...[`-oProxyCommand=${touch}`, `ssh://-oProxyCommand=${touch}`, `a;${touch}`, `a$(${touch})`],
      ...['a\nb', 'a\u009b2J b'],
    ];
    const refusal = { message: / is no host\.$/, hint: /ssh configuration/ };
    const add = ['add-replica', 'j', '--store', 'sqlite:/j.db'];
    for (const host of hosts)
      await shop.refuses([...add, `--host=${host}`], { exitCode: 64, code: 'host-invalid', ...refusal });
    for (const host of hosts.slice(0, 2)) {
      shop.configure('host.yaml', { replicas: { east: { host, store: 'sqlite:/east.db' } } });
      const args = ['prefetch', '--release', '--config', 'host.yaml'];
      await shop.refuses(args, { exitCode: 78, code: 'config-invalid', ...refusal });
    }
    assert.ok(!existsSync(canary), 'something was executed');
  });

  test('paths, tables, replicas and keys of any characters are harmless, here and over ssh', async () => {
    const name = hostile(canary);
    const folder = name.replaceAll('/', '⁄');
    const keys = [
      name,
      "'",
      '"',
      '',
      ' ',
      '\n',
      '\t',
      '[1]',
      '{"int":"1"}',
      '-1',
      '\u2028',
      'a\u0000b',
      '🙂',
    ];
    mkdirSync(shop.file(folder));
    const donor = `${folder}/${folder}.db`;
    shop.database(donor, tableSql(name, keys));
    const replicas = { [name]: { store: `sqlite:${donor}`, logs: ['access.jsonl'] } };
    shop.configure('hostile.yaml', { group: name, table: name, lead: name, replicas });
    shop.write('access.jsonl', logLines(keys));
    const schema = schemaOf(shop.file(donor));

    const config = ['--config', 'hostile.yaml'];
    await works('analyze', ...config);
    const planned = await works('plan', ...config, '--min-confidence', '0', '--out', 'forecast.jsonl');
    assert.match(planned.stdout, /Planned \d+ keys/);
    shop.write('plan.jsonl', planLines(keys, { group: name, table: name }).join('\n'));
    await works('prefetch', ...config);
    for (const host of ['local', sshd.destination]) {
      const store = shop.file(`${folder}/${host}.db`);
      const joined = await works(
        'add-replica',
        `${name}${host}`,
        '--host',
        host,
        '--store',
        `sqlite:${store}`,
        ...config,
      );
      assert.match(joined.stderr, /plan {2}13 keys/);
      assert.deepEqual(rowsOf(store, name), rowsOf(shop.file(donor), name));
      assert.deepEqual(schemaOf(store), schema);
    }
    await works('metrics');
    shop.write('joiner.jsonl', logLines(keys, [Math.floor(Date.now() / 1000)]));
    await works('metrics', '--log', 'joiner.jsonl');
    assert.deepEqual(schemaOf(shop.file(donor)), schema);
    assert.ok(!existsSync(canary), 'something was executed');

    await shop.refuses(
      ['add-replica', name, '--host', 'local', '--store', 'sqlite:joiners/j.db', ...config],
      {
        exitCode: 64,
        code: 'usage',
        message: /is a replica of .* already/,
      },
    );
    await shop.refuses(
      ['add-replica', 'j\n\u001b[31m', '--host', 'local', '--store', `sqlite:${name}/j.db`, ...config],
      {
        exitCode: 74,
        code: 'joiner-folder-missing',
        message: /j\\u000a\\u001b\[31m: There is no folder/,
      },
    );
    await shop.refuses(['metrics', '--state', `joiners/${name}`, name], {
      exitCode: 64,
      code: 'usage',
      message: /No run/,
    });
  });

  async function works(...args: string[]): Promise<CliResult> {
    const result = await shop.run(args);
    assert.equal(result.exitCode, 0, result.stderr);
    assertPrintable(result.stdout);
    assertPrintable(result.stderr);
    return result;
  }
});

function tableSql(name: string, keys: readonly string[]): string {
  const rows = keys.map((key) => `(CAST(x'${Buffer.from(key).toString('hex')}' AS TEXT), 'row')`);
  return `CREATE TABLE ${quoted(name)}(k TEXT PRIMARY KEY, ${quoted(`v ${name}`)}); INSERT INTO ${quoted(name)} VALUES ${rows.join(', ')}`;
}

/** Two days, each key read every hour; a key that is empty is no key to a log. */
const twoDays = Array.from({ length: 48 }, (_, hour) => 1_700_000_000 + 3600 * hour);

/** Each key is read once at each time, in seconds. */
function logLines(keys: readonly string[], times = twoDays): string {
  const read = keys.filter((key) => key !== '' && !key.includes('\0'));
  return times
    .flatMap((time) => read.map((key) => `${JSON.stringify({ time, op: 'read', key })}\n`))
    .join('');
}
