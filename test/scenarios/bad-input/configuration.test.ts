import { after, describe, test } from 'node:test';
import type { Refusal } from './shop.ts';
import { Shop } from './shop.ts';

describe('a wrong foresync.yaml', () => {
  const shop = new Shop();
  after(() => shop.remove());
  const config = { exitCode: 78, code: 'config-invalid' };
  const east = (replica: object) => ({ replicas: { east: { store: 'sqlite:east.db', ...replica } } });

  const wrong: [what: string, more: Record<string, unknown>, refusal: Omit<Refusal, 'exitCode' | 'code'>][] =
    [
      [
        'an unknown key',
        { tabel: 'items' },
        { message: /unknown key 'tabel'/, hint: /Did you mean table\? Known keys: group, table/ },
      ],
      [
        'an unknown key in the place of one that is needed',
        { table: undefined, tabel: 'items' },
        { message: /unknown key 'tabel'/, hint: /Did you mean table\?/ },
      ],
      [
        'an unknown key of a replica',
        east({ hots: 'x' }),
        { message: /replicas\.east: unknown key 'hots'/, hint: /Did you mean host\?/ },
      ],
      ['a key that would steer a terminal', { 'a\u001b[31m\n': 1 }, { message: /'a\\u001b\[31m\\u000a'/ }],
      [
        'a lead that is no replica',
        { lead: 'eat' },
        { message: /'eat' is none/, hint: /Did you mean east\?/ },
      ],
      ['a pin that is no text', { pin: [85123] }, { message: /pin\.0: expected string/ }],
      ['no table', { table: undefined }, { message: /table: it is missing\./ }],
      [
        'a host that is an option',
        east({ host: '-oProxyCommand=x' }),
        { message: /replicas\.east\.host: '-oProxyCommand=x'/ },
      ],
      [
        'a store of another kind',
        east({ store: 'mysql:x' }),
        { message: /replicas\.east\.store: 'mysql:x'/, hint: /sqlite:PATH/ },
      ],
      [
        'a relative store elsewhere',
        east({ host: 'far' }),
        { message: /replicas\.east\.store: /, hint: /absolute/ },
      ],
    ];
  for (const [what, more, refusal] of wrong) {
    test(`${what} is named`, async () => {
      shop.configure('wrong.yaml', more);
      await shop.refuses(['prefetch', '--release', '--config', 'wrong.yaml'], { ...config, ...refusal });
    });
  }

  test('none, a folder, and what is not YAML', async () => {
    const add = ['add-replica', 'j', '--host', 'local', '--store', 'sqlite:joiners/j.db', '--config'];
    const missing = {
      exitCode: 78,
      code: 'config-missing',
      message: /There is no .*none\.yaml/,
      hint: /--config/,
    };
    await shop.refuses([...add, 'none.yaml'], missing);
    const folder = {
      exitCode: 78,
      code: 'config-unreadable',
      message: /cannot be read: illegal operation on a directory/,
      hint: /--config/,
    };
    await shop.refuses([...add, 'joiners'], folder);
    shop.write('broken.yaml', 'group: [\n');
    await shop.refuses([...add, 'broken.yaml'], {
      ...config,
      message: /line 2, column 1\.$/,
      hint: /no YAML/,
    });
  });

  const refusedFlags: [args: string[], refusal: Omit<Refusal, 'exitCode'>][] = [
    [['plan', '--budget-bytes', '99999P'], { code: 'usage', message: /'99999P' is no size/, hint: /64MiB/ }],
    [['plan', '--budget-keys', '0'], { code: 'usage', message: /--budget-keys.* 1/ }],
    [['plan', '--horizon', '200000w'], { code: 'usage', message: /'200000w' is no duration/, hint: /24h/ }],
    [
      ['add-replica', 'j', '--host', 'local', '--store', 'sqlite:joiners/j.db', '--min-confidence', '7'],
      { code: 'usage', message: /^✗ --min-confidence: '7' is no probability\.$/, hint: /0 to 1/ },
    ],
    [
      ['add-replica', 'east', '--host', 'local', '--store', 'sqlite:joiners/j.db'],
      { code: 'usage', message: /east is a replica of shop already/ },
    ],
    [
      ['add-replica', 'j', '--host', 'local', '--store', 'sqlite:east.db'],
      { code: 'joiner-is-donor', message: /is the store of east itself/, hint: /--store/ },
    ],
  ];
  for (const [args, refusal] of refusedFlags) {
    test(`${args[0]} ${args.slice(-2).join(' ')} is wrong usage`, () =>
      shop.refuses(args, { exitCode: 64, ...refusal }));
  }
});
