import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, describe, test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { planLines } from './plan-lines.ts';
import { assertPrintable, Shop } from './shop.ts';

describe('plans', () => {
  const shop = new Shop();
  after(() => shop.remove());
  const add = [
    'add-replica',
    'j',
    '--host',
    'local',
    '--store',
    'sqlite:joiners/j.db',
    '--plan',
    'wrong.jsonl',
  ];
  const invalid = { exitCode: 65, code: 'plan-invalid' };
  const [header = '', first = ''] = planLines(['a', 'b']);

  const wrong: [what: string, text: string, refusal: { code?: string; message: RegExp; hint?: RegExp }][] = [
    [
      'a plan for another table',
      planLines(['a'], { table: 'others' }).join('\n'),
      { code: 'plan-foreign', message: /for the table others, not for items/, hint: /foresync plan/ },
    ],
    [
      'a plan for another group',
      planLines(['a'], { group: 'evil\u001b[31m' }).join('\n'),
      { code: 'plan-foreign', message: /for the group evil\\u001b\[31m, not for shop/ },
    ],
    [
      'a broken line',
      `${header}\n${first}\n{"key":`,
      { message: /Line 3 of the plan .* not JSON/, hint: /foresync plan/ },
    ],
    ['a wrong value', `${header}\n${first.replace('0.9', '1.9')}\n`, { message: /Line 2 .*'confidence'/ }],
    [
      'an unknown field',
      `${header}\n{"key":"x","\\u001b[31m":1}\n`,
      { message: /Line 2 .*'\\u001b\[31m' is not known/ },
    ],
    ['a cut plan', `${header}\n${first}\n`, { message: /Line 3 .* ends after 1 of 2 entries/ }],
    ['what is no plan', '{"kind":"other"}\n', { message: /Line 1 .*'foresync\.plan'/ }],
  ];
  for (const [what, text, refusal] of wrong) {
    test(`${what} is refused, with the place`, async () => {
      shop.write('wrong.jsonl', text);
      await shop.refuses(add, { ...invalid, ...refusal });
    });
  }

  test('no plan', () =>
    shop.refuses(['prefetch', '--plan', 'none.jsonl'], {
      exitCode: 74,
      code: 'plan-missing',
      message: /no plan none\.jsonl/,
      hint: /foresync plan/,
    }));
});

describe('access logs and the state file', () => {
  const shop = new Shop();
  after(() => shop.remove());
  const good = Array.from({ length: 48 }, (_, hour) => `${1_700_000_000 + 3600 * hour},read,a`);
  const bad = [
    'soon,read,b',
    '1700000002,dance\u001b[31m,d',
    '1700000003,read,',
    `${'9'.repeat(30)},read,x`,
    'x',
    'y',
    'z',
  ];
  shop.write('mixed.csv', `${[...good, ...bad, '1700200000,read,c'].join('\n')}\n`);

  test('a line that cannot be read is counted, the first are shown, and the rest is taken', async () => {
    const { exitCode, stdout, stderr } = await shop.run(['analyze', 'mixed.csv']);
    assert.deepEqual([exitCode, stderr], [0, '']);
    assertPrintable(stdout);
    assert.match(stdout, /line 49: 'soon' is not a time/);
    assert.match(stdout, /line 50: 'dance\\u001b\[31m' is not an operation/);
    assert.match(stdout, /line 51: the key is empty/);
    assert.match(stdout, /56 lines = 49 events \+ 7 rejected \+ 0 ignored/);
    const json = JSON.parse((await shop.run(['analyze', 'mixed.csv', '--json', '--rebuild'])).stdout);
    assert.deepEqual([json.events, json.rejected], [49, 7]);
    assert.deepEqual(json.files[0].rejects[0], { line: 49, reason: "'soon' is not a time" });
  });

  test('--strict stops at the first of them and keeps nothing', async () => {
    await shop.refuses(['analyze', 'mixed.csv', '--strict', '--state', 'foresync-strict.db'], {
      exitCode: 65,
      code: 'log-line',
      message: /mixed\.csv, line 49: 'soon' is not a time/,
      hint: /--strict/,
    });
    const { stderr } = await shop.run(['plan', '--state', 'foresync-strict.db']);
    assert.match(stderr, /history is empty/);
  });

  test('a budget past all there is gives the whole plan', async () => {
    for (const budget of ['99999999999999999999', '9007199254740993']) {
      const { exitCode, stdout, stderr } = await shop.run([
        'plan',
        '--budget-keys',
        budget,
        '--min-confidence',
        '0',
        '--json',
      ]);
      assert.equal(exitCode, 0, stderr + stdout);
      assert.equal(JSON.parse(stdout).keys, 2);
    }
  });

  const unreadable: [what: string, content: Buffer | string | undefined, exitCode: number, code: string][] = [
    ['a missing log', undefined, 74, 'log-missing'],
    ['a binary log', Buffer.from([1, 0, 2, 0]), 65, 'log-binary'],
    ['a cut archive', gzipSync(good.join('\n')).subarray(0, 60), 65, 'log-truncated'],
    ['what is no log', 'no\nlog\n', 65, 'log-layout-unknown'],
  ];
  for (const [what, content, exitCode, code] of unreadable) {
    test(`${what} is refused`, async () => {
      if (content !== undefined) shop.write(`${code}.log`, content);
      await shop.refuses(['analyze', `${code}.log`], {
        exitCode,
        code,
        message: new RegExp(`${code}\\.log`),
      });
    });
  }

  test('a state file of another program stays as it is', async () => {
    shop.database('foreign.db', 'CREATE TABLE theirs(a)');
    shop.write('text.db', 'hello');
    const before = readFileSync(shop.file('foreign.db'));
    const add = ['add-replica', 'j', '--host', 'local', '--store', 'sqlite:joiners/j.db'];
    for (const command of [['analyze', 'mixed.csv'], add]) {
      await shop.refuses([...command, '--state', 'foreign.db'], {
        exitCode: 65,
        code: 'state-foreign',
        message: /foreign\.db is an SQLite file of another program/,
        hint: /--state/,
      });
    }
    await shop.refuses(['metrics', '--state', 'text.db'], {
      exitCode: 74,
      code: 'state-unusable',
      message: /text\.db cannot be used/,
      hint: /not an SQLite file/,
    });
    assert.deepEqual(readFileSync(shop.file('foreign.db')), before);
  });
});
