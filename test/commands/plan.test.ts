import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { seededRandom } from '../../src/core/forecast/seeded-random.ts';
import type { BacktestReport } from '../../src/core/plan/backtest-report.ts';
import type { KeyReport } from '../../src/core/plan/key-report.ts';
import type { PlanReport } from '../../src/core/plan/plan-report.ts';
import { openState } from '../../src/core/state/open.ts';
import { setParameter } from '../../src/core/state/parameter-wishes.ts';
import type { ParameterName, Parameters } from '../../src/core/state/parameters.ts';
import { poisson } from '../core/forecast/poisson.ts';
import { type CliResult, runCli } from '../support/cli.ts';

const folder = mkdtempSync(path.join(os.tmpdir(), 'foresync-plan-command-'));
after(() => rmSync(folder, { recursive: true, force: true }));

const hourMs = 3_600_000;
const startMs = Date.UTC(2026, 0, 1);
const hours = 21 * 24;
/** A key that would ring, recolour and reverse a terminal. */
const hostileKey = 'evil\u001b[31m\u0007\u202e';

before(async () => {
  const random = seededRandom(9);
  const lines = ['time,op,key,size'];
  for (let hour = 0; hour < hours; hour++) {
    const atMs = startMs + hour * hourMs;
    for (let i = 0; i < 60; i++) {
      for (let n = poisson(3 * 0.9 ** i, random); n > 0; n--) lines.push(`${atMs + n},read,k${i},${100 + i}`);
    }
    lines.push(
      `${atMs},write,k0,100`,
      `${atMs + 1},read,${hostileKey},7`,
      `${atMs + 2},read,${hostileKey},7`,
    );
  }
  writeFileSync(path.join(folder, 'access.csv'), `${lines.join('\n')}\n`);
  const analyzed = await run('analyze', 'access.csv', '--replica', 'us-east');
  assert.equal(analyzed.exitCode, 0, analyzed.stderr);
});

/** Plans of a history as small as this one learn enough within the smallest budget. */
function run(...args: string[]): Promise<CliResult> {
  const small = args[0] === 'plan' && !args.includes('--time-budget') ? ['--time-budget', '0.1'] : [];
  return runCli([...args, ...small], { cwd: folder });
}

function lines(file: string): Record<string, unknown>[] {
  const text = readFileSync(path.join(folder, file), 'utf8');
  return text
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>);
}

test('a plan is written from the state file alone, and the screen says what it holds', async () => {
  const { exitCode, stdout, stderr } = await run('plan');
  assert.equal(exitCode, 0, stderr);
  const [header, ...entries] = lines('plan.jsonl');
  assert.equal(header?.entries, entries.length);
  assert.equal(header?.horizonMs, 24 * hourMs);
  assert.ok(!('group' in (header ?? {})));
  assert.ok(entries.length > 10);
  assert.equal(entries[0]?.key, 'k0');
  assert.equal(entries[0]?.donor, 'us-east');
  assert.match(stdout, /Planned \d+ keys/);
  assert.match(stdout, /Ordered by (?:what was learned from [\d,]+ earlier moments|\w+)/);
  assert.match(stdout, /best of the backtest/);
  assert.match(stdout, /calibrated on \d+ earlier windows of 24 h/);
  assert.match(stdout, /frequency +[^ ]+ +\d+\.\d %/);
  assert.match(stdout, /Written to plan\.jsonl\.\n {2}What comes next needs a foresync\.yaml/);
  for (const line of stdout.split('\n')) assert.ok(line.length <= 80, `${line.length}: ${line}`);
  assert.match(stdout, /\n\n→ Next: foresync init\n$/);
});

test('control characters of keys never reach the terminal', async () => {
  const { stdout } = await run('plan', '--out', 'hostile.jsonl');
  assert.ok(stdout.includes('evil\\u001b[31m\\u0007\\u202e'));
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what this looks for
  assert.doesNotMatch(stdout, /[\u0000-\u0009\u000b-\u001f\u202e]/);
  assert.ok(lines('hostile.jsonl').some(({ key }) => key === hostileKey));
});

test('the same history gives the same bytes', async () => {
  for (const out of ['one.jsonl', 'two.jsonl']) assert.equal((await run('plan', '--out', out)).exitCode, 0);
  assert.deepEqual(
    readFileSync(path.join(folder, 'one.jsonl')),
    readFileSync(path.join(folder, 'two.jsonl')),
  );
});

test('--json prints one object with the same figures', async () => {
  const { stdout, exitCode } = await run(
    'plan',
    '--json',
    '--out',
    'json.jsonl',
    '--budget-keys',
    '7',
    '--min-confidence',
    '0.1',
  );
  assert.equal(exitCode, 0);
  const report = JSON.parse(stdout) as PlanReport & { file: string; seconds: number };
  const [header, ...entries] = lines('json.jsonl');
  assert.equal(report.keys, 7);
  assert.equal(entries.length, 7);
  assert.equal(report.expectedHitRate, header?.expectedHitRate);
  assert.deepEqual(report.forecast.chosen, header?.chosen);
  assert.equal(report.forecast.models.filter(({ model }) => model === 'decay').length, 9);
  assert.deepEqual(report.first, entries);
  assert.equal(report.file, 'json.jsonl');
});

test('origin, horizon, model and budgets are those of the flags', async () => {
  const at = new Date(startMs + 10 * 24 * hourMs).toISOString();
  const flags = [
    '--at',
    at,
    '--horizon',
    '6h',
    '--model',
    'decay',
    '--budget-bytes',
    '500',
    '--min-confidence',
    '0',
  ];
  assert.equal((await run('plan', ...flags, '--out', 'flags.jsonl')).exitCode, 0);
  const [header, ...entries] = lines('flags.jsonl');
  assert.deepEqual(
    {
      origin: header?.origin,
      horizonMs: header?.horizonMs,
      model: header?.model,
      budget: header?.budgetBytes,
      chosen: (header?.chosen as { model?: string } | undefined)?.model,
    },
    { origin: at, horizonMs: 6 * hourMs, model: 'decay', budget: 500, chosen: 'decay' },
  );
  assert.ok(entries.reduce((sum, entry) => sum + Number(entry.sizeBytes), 0) <= 500);
  assert.equal(entries[0]?.key, hostileKey, 'most reads per byte');
});

test('--out - writes the plan to standard output and what is said beside it', async () => {
  const { exitCode, stdout, stderr } = await run(
    'plan',
    '--model',
    'decay',
    '--out',
    '-',
    '--budget-keys',
    '3',
  );
  assert.equal(exitCode, 0);
  assert.equal(
    stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line)).length,
    4,
  );
  assert.match(stderr, /Planned 3 keys/);
});

test('group and table come from foresync.yaml, tuned parameters from the state file, and flags win', async () => {
  writeFileSync(
    path.join(folder, 'shop.yaml'),
    'group: shop\ntable: items\nlead: us-east\nreplicas:\n  us-east: { host: local, store: "sqlite:/srv/shop.db" }\n',
  );
  const state = openState(path.join(folder, 'foresync.db'));
  const values: Parameters = {
    ...{ horizonMs: 12 * hourMs, halfLifeMs: 5 * hourMs, minConfidence: 0.25 },
    ...{ budgetKeys: 150, order: 'reads-per-byte', decayWeight: 1.5 },
  };
  for (const name of Object.keys(values) as ParameterName[])
    setParameter(state, { group: 'shop', name, value: values[name], nowMs: 0 });
  state.close();
  assert.equal((await run('plan', '--config', 'shop.yaml', '--out', 'tuned.jsonl')).exitCode, 0);
  const [header] = lines('tuned.jsonl');
  assert.deepEqual(
    [
      header?.group,
      header?.table,
      header?.horizonMs,
      header?.halfLifeMs,
      header?.halfLifeFrom,
      header?.minConfidence,
      header?.budgetKeys,
      header?.order,
    ],
    ['shop', 'items', 12 * hourMs, 5 * hourMs, 'tuned', 0.25, 150, 'reads-per-byte'],
  );
  await run(
    'plan',
    '--config',
    'shop.yaml',
    '--model',
    'decay',
    '--out',
    'tuned.jsonl',
    '--horizon',
    '3h',
    '--min-confidence',
    '0.75',
  );
  const [flagged] = lines('tuned.jsonl');
  assert.deepEqual([flagged?.horizonMs, flagged?.minConfidence], [3 * hourMs, 0.75]);
});

test('a threshold that no key reaches gives an empty plan and says what to do', async () => {
  const { exitCode, stdout } = await run('plan', '--min-confidence', '1', '--out', 'empty.jsonl');
  assert.equal(exitCode, 0);
  assert.match(stdout, /No key reaches a confidence of 1: lower --min-confidence/);
  assert.equal(lines('empty.jsonl').length, 1);
});

test('sized for a join, a plan has more keys the larger the table is, and asks for what it does not know', async () => {
  const unknown = await run('plan', '--min-confidence', 'auto', '--out', 'auto.jsonl');
  assert.equal(unknown.exitCode, 64, unknown.stderr);
  assert.match(unknown.stderr, /No run has told yet how many rows the table has\..*Say it with --rows/s);
  const keys: number[] = [];
  for (const rows of ['100', '10k', '10M']) {
    const made = await run(
      'plan',
      '--min-confidence',
      'auto',
      '--rows',
      rows,
      '--out',
      'auto.jsonl',
      '--json',
    );
    assert.equal(made.exitCode, 0, made.stderr);
    keys.push((JSON.parse(made.stdout) as PlanReport).keys);
  }
  assert.ok((keys[0] ?? 0) < (keys[1] ?? 0) && (keys[2] ?? 0) >= 55, String(keys));
  const [header] = lines('auto.jsonl');
  assert.deepEqual(header?.sizedFor, { rows: 10_000_000, from: 'flag' });
  assert.equal(header?.minConfidence, 0);
  const { stdout } = await run('plan', '--min-confidence', 'auto', '--rows', '10k', '--out', 'auto.jsonl');
  assert.match(stdout, /as many as are worth sending ahead of 10,000 rows \(as said\)/);
  const refused = await run('plan', '--rows', '10k');
  assert.equal(refused.exitCode, 64);
  assert.match(refused.stderr, /--rows/);
});

test('pinned keys come first, seen or not, excluded ones never, and the page and the header say so', async () => {
  writeFileSync(path.join(folder, 'never.txt'), 'k1\nk2?\n');
  writeFileSync(
    path.join(folder, 'pins.yaml'),
    'group: pins\ntable: items\nlead: us-east\npin: ["k59"]\nexclude: ["@never.txt"]\nreplicas:\n  us-east: { store: "sqlite:/srv/shop.db" }\n',
  );
  const flags = ['--pin', 'k5?', '--pin', 'new key', '--exclude', 'k58', '--config', 'pins.yaml'];
  const plan = ['plan', '--model', 'decay', ...flags];
  const { exitCode, stdout, stderr } = await run(...plan, '--out', 'pins.jsonl');
  assert.equal(exitCode, 0, stderr);
  const [header, ...entries] = lines('pins.jsonl');
  const keys = entries.map(({ key }) => String(key));
  const pinned = entries.filter((entry) => entry.pinned === true).map(({ key }) => String(key));
  assert.deepEqual(keys.slice(0, pinned.length), pinned);
  assert.deepEqual(pinned.toSorted(), [
    'k50',
    'k51',
    'k52',
    'k53',
    'k54',
    'k55',
    'k56',
    'k57',
    'k59',
    'new key',
  ]);
  assert.ok(keys.includes('k0') && !keys.some((key) => /^(?:k1|k2.|k58)$/.test(key)));
  const unseen = entries[pinned.length - 1];
  assert.deepEqual(unseen, {
    key: 'new key',
    confidence: 0,
    expectedAt: new Date(Date.parse(String(header?.origin)) + 12 * hourMs).toISOString(),
    expectedReads: 0,
    expectedWrites: 0,
    model: 'pin',
    pinned: true,
  });
  assert.deepEqual([header?.pinned, header?.excluded], [10, 12]);
  assert.match(stdout, /keys +10 pinned \(2 never seen\), 12 excluded/);
  const [page = '', next = ''] = stdout.split('\n\n→ Next: ');
  for (const line of page.split('\n')) assert.ok(line.length <= 80, `${line.length}: ${line}`);
  assert.match(next, /^foresync (init|add-replica NAME .* --plan pins\.jsonl.*)\n$/);
});

test('under a budget in bytes, a short snapshot leaves what is written much to itself, and the page says how many', async () => {
  const limits = ['--budget-bytes', '1M', '--min-confidence', '0'];
  const flags = [...limits, '--model', 'decay', '--out', 'bytes.jsonl'];
  assert.equal((await run('plan', ...flags)).exitCode, 0);
  const [whole, ...all] = lines('bytes.jsonl');
  assert.deepEqual([whole?.snapshotMs, whole?.snapshotFrom], [24 * hourMs, 'horizon']);
  assert.ok(all.some(({ key }) => key === 'k0'));
  const log = Array.from({ length: 500 }, (_, hour) => {
    const atMs = startMs + hour * hourMs;
    const writes = Array.from({ length: 4 }, (_, n) => `${atMs + n},write,counter,100`);
    return [...writes, `${atMs + 9},read,counter,100`, `${atMs + 10},read,page,100`].join('\n');
  });
  writeFileSync(path.join(folder, 'counter.csv'), `time,op,key,size\n${log.join('\n')}\n`);
  assert.equal((await run('analyze', 'counter.csv', '--state', 'counter.db')).exitCode, 0);
  const short = [...flags, '--state', 'counter.db', '--snapshot-duration', '10m'];
  const { stdout, exitCode, stderr } = await run('plan', ...short);
  assert.equal(exitCode, 0, stderr);
  const [header, ...entries] = lines('bytes.jsonl');
  assert.deepEqual(
    [header?.snapshotMs, header?.snapshotFrom, header?.worthless, ...entries.map(({ key }) => key)],
    [600_000, 'flag', 1, 'page'],
  );
  assert.match(stdout, /keys +1 not worth being sent early/);
  assert.match(stdout, /before the snapshot, 10 min 00 s \(as said\)/);
});

test('--backtest shows every model, best first, and writes no plan', async () => {
  const here = readdirSync(folder).sort();
  const { exitCode, stdout, stderr } = await run('plan', '--backtest', '--budget-keys', '12');
  assert.equal(exitCode, 0, stderr);
  assert.match(stdout, /Backtest on \d+ earlier windows of 24 h, for a plan of 12 of 60 keys/);
  assert.match(stdout, /decay, 8 d +\d/);
  assert.equal(stdout.match(/chosen ✓/g)?.length, 1);
  assert.match(stdout, /plain\s+frequency\./);
  for (const line of stdout.split('\n')) assert.ok(line.length <= 80, `${line.length}: ${line}`);
  const json = await run('plan', '--backtest', '--budget-keys', '12', '--json');
  const { backtest } = JSON.parse(json.stdout) as { backtest: BacktestReport };
  const served = backtest.models.map((score) => score.served);
  assert.deepEqual(
    served,
    served.toSorted((a, b) => b - a),
  );
  assert.equal(served.length, backtest.models.length);
  const frequency = backtest.models.find(({ model }) => model === 'frequency');
  assert.equal(backtest.lead?.overFrequency, Number(backtest.chosen?.served) - Number(frequency?.served));
  assert.deepEqual(readdirSync(folder).sort(), here);
});

test('--backtest of a history that is too short says so', async () => {
  const { exitCode, stdout } = await run('plan', '--backtest', '--horizon', '60d');
  assert.equal(exitCode, 0);
  assert.match(stdout, /Nothing to test on yet/);
});

test('--explain says where a key stands and why, and writes no plan', async () => {
  const here = readdirSync(folder).sort();
  const { exitCode, stdout, stderr } = await run('plan', '--explain', 'k0');
  assert.equal(exitCode, 0, stderr);
  assert.match(stdout, /✓ k0\n {2}Planned as entry 1 of \d+/);
  assert.match(stdout, /size, donor +100 B, us-east/);
  assert.match(stdout, /frequency +[\d.,]+ +\d+ to \d+ +(?:negative binomial|poisson)/);
  assert.match(stdout, /It is number 1 of 60 keys/);
  for (const line of stdout.split('\n')) assert.ok(line.length <= 80, `${line.length}: ${line}`);
  assert.deepEqual(readdirSync(folder).sort(), here);
});

test('--explain --json gives the figures of the plan, with intervals about them', async () => {
  await run('plan', '--out', 'explained.jsonl');
  const entry = lines('explained.jsonl').find(({ key }) => key === 'k3');
  const { stdout } = await run('plan', '--explain', 'k3', '--json');
  const { explained } = JSON.parse(stdout) as { explained: KeyReport };
  assert.ok(Math.abs(explained.expectedReads - Number(entry?.expectedReads)) < 1e-3);
  assert.equal(explained.expectedAt, entry?.expectedAt);
  assert.ok(
    explained.interval.low < explained.expectedReads && explained.interval.high > explained.expectedReads,
  );
  assert.equal(
    explained.past.reads.length,
    Math.round((Date.parse(explained.origin) - explained.past.fromMs) / explained.past.stepMs + 0.5),
  );
  assert.ok(Math.abs(explained.ahead.reduce((a, b) => a + b, 0) - explained.expectedReads) < 1e-6);
  assert.ok(explained.models.some(({ name }) => name.model === 'recency'));
  assert.ok(explained.features.length >= 9);
});

const notPlanned: [key: string, flags: string[], why: RegExp][] = [
  ['k50', [], /Not planned: confidence 0\.\d+ is below the threshold 0\.5/],
  ['k5', ['--budget-keys', '3'], /Not planned: 3 better keys fill the budget of 3 keys/],
  ['k1', ['--exclude', 'k1'], /Not planned: it is excluded/],
];
for (const [key, flags, why] of notPlanned) {
  test(`--explain says why ${key} is not planned with ${flags.join(' ') || 'no flags'}`, async () => {
    const { exitCode, stdout } = await run('plan', '--model', 'decay', '--explain', key, ...flags);
    assert.equal(exitCode, 0);
    assert.match(stdout, why);
  });
}

test('--explain of a hostile key prints no control characters', async () => {
  const { stdout, exitCode } = await run('plan', '--model', 'decay', '--explain', hostileKey);
  assert.equal(exitCode, 0);
  assert.ok(stdout.includes('evil\\u001b[31m\\u0007\\u202e'));
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what this looks for
  assert.doesNotMatch(stdout, /[\u0000-\u0009\u000b-\u001f\u202e]/);
});

const refused: [what: string, args: string[], exitCode: number, message: RegExp][] = [
  ['a horizon that is none', ['--horizon', 'soon'], 64, /'soon' is no duration/],
  ['a time that is none', ['--at', 'yesterday'], 64, /'yesterday' is no time/],
  ['a size that is none', ['--budget-bytes', 'lots'], 64, /'lots' is no size/],
  ['no keys at all', ['--budget-keys', '0'], 64, /budget-keys/],
  ['a probability above one', ['--min-confidence', '1.5'], 64, /'1\.5' is no probability/],
  ['an unknown model', ['--model', 'oracle'], 64, /model/],
  ['an empty pin', ['--pin', ''], 64, /pattern of keys is empty/],
  ['a list of pins that is not there', ['--pin', '@none.txt'], 74, /none\.txt cannot be read: no such file/],
  ['more pins than the budget', ['--pin', 'k*', '--budget-keys', '5'], 64, /59 keys are pinned/],
  ['a snapshot of no duration', ['--snapshot-duration', 'long'], 64, /'long' is no duration/],
  ['two claims on standard output', ['--json', '--out', '-'], 64, /standard output/],
  [
    'an explanation of a key that is not there',
    ['--model', 'decay', '--explain', 'k1x'],
    65,
    /knows no key k1x[\s\S]*Did you mean k1 or k10/,
  ],
  ['an explanation and a backtest', ['--explain', 'k1', '--backtest'], 64, /backtest/],
  ['an origin before the history', ['--at', '2025-01-01'], 65, /history begins after/],
  ['a state file that is not there', ['--state', 'none.db'], 65, /no state file none\.db/],
  ['a configuration that is not there', ['--config', 'none.yaml'], 78, /none\.yaml/],
  ['a folder that is not there', ['--out', 'no/such/plan.jsonl'], 74, /cannot be written/],
];
for (const [what, args, exitCode, message] of refused) {
  test(`${what} is refused in one line and leaves nothing`, async () => {
    const here = readdirSync(folder).sort();
    const result = await run(
      'plan',
      ...(args.includes('--out') ? args : ['--out', 'refused.jsonl', ...args]),
    );
    assert.equal(result.exitCode, exitCode, result.stderr);
    assert.match(result.stderr + result.stdout, message);
    assert.doesNotMatch(result.stderr, /\n\s+at /);
    assert.deepEqual(readdirSync(folder).sort(), here);
  });
}

test('an empty history is refused with what to do', async () => {
  openState(path.join(folder, 'empty.db')).close();
  const { exitCode, stderr } = await run('plan', '--state', 'empty.db', '--out', 'of-empty.jsonl');
  assert.equal(exitCode, 65);
  assert.match(stderr, /history is empty[\s\S]*foresync analyze/);
  assert.ok(!existsSync(path.join(folder, 'of-empty.jsonl')));
});
