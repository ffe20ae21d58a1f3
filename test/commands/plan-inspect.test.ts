import assert from 'node:assert/strict';
import {
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, before, test } from 'node:test';
import type { PlanInspection } from '../../src/core/plan/inspect/inspection-report.ts';
import type { PlanEntry, PlanHeader } from '../../src/core/plan/prefetch-plan.ts';
import { entry, manyEntries, originMs, planFile } from '../core/plan/inspect/plan-examples.ts';
import { type CliResult, runCli } from '../support/cli.ts';
import { shopFolder } from '../support/cli-shop.ts';

const folder = mkdtempSync(path.join(os.tmpdir(), 'foresync-inspect-'));
after(() => rmSync(folder, { recursive: true, force: true }));

const hostile = 'evil\u001b[31m\u0007\u202e';
const dayMs = 86_400_000;

before(async () => {
  await planFile(folder, [...manyEntries(300), entry(hostile, { expectedReads: 0.1 }), entry(['a', 1])], {
    group: 'shop',
    table: 'items',
  });
  const lines = Array.from({ length: 400 }, (_, i) => `${originMs - 5 * dayMs + i * 1_000_000},read,user:0`);
  writeFileSync(path.join(folder, 'access.csv'), `time,op,key\n${lines.join('\n')}\n`);
  const analyzed = await run('analyze', 'access.csv', '--replica', 'us-east');
  assert.equal(analyzed.exitCode, 0, analyzed.stderr);
});

function run(...args: string[]): Promise<CliResult> {
  return runCli(args, { cwd: folder });
}

function inspect(...args: string[]): Promise<CliResult> {
  return run('plan', 'inspect', ...args);
}

async function report(...args: string[]): Promise<PlanInspection & { out?: string }> {
  const { stdout, stderr, exitCode } = await inspect(...args, '--json');
  assert.equal(exitCode, 0, stderr + stdout);
  return JSON.parse(stdout) as PlanInspection;
}

function lines(file: string): [PlanHeader, ...PlanEntry[]] {
  const text = readFileSync(path.join(folder, file), 'utf8');
  return text
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line)) as [PlanHeader, ...PlanEntry[]];
}

test('without a terminal a page tells what the plan holds, with nothing that steers a terminal', async () => {
  const { stdout, stderr, exitCode } = await inspect('--search', 'evil');
  assert.deepEqual([exitCode, stderr], [0, '']);
  assert.match(stdout, /^✓ plan\.jsonl\n {2}group +shop, table items\n/);
  assert.match(stdout, /plan +302 keys, .* hit rate 80\.0 %/);
  assert.match(stdout, /donors +us-east 102, us-west 100, without a donor 100/);
  assert.ok(stdout.includes('evil\\u001b[31m\\u0007\\u202e'));
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what this looks for
  assert.doesNotMatch(stdout, /[\u0000-\u0009\u000b-\u001f\u202e]/);
  for (const line of stdout.split('\n')) assert.ok(line.length <= 80, `${line.length}: ${line}`);
});

test('with --plain each entry is a sentence that leaves out nothing', async () => {
  const { stdout } = await inspect('--plain', '--limit', '2');
  assert.match(
    stdout,
    /^ {2}1, key .+, confidence [\d.]+, reads .+, first read .+, donor us-\w+, model \w+.*\.$/m,
  );
  assert.match(stdout, /^ {2}The best 302 keys of .+, hit rate 80\.0 %\.$/m);
  assert.doesNotMatch(stdout, /FIRST READ|THRESHOLD/);
});

test('--json says the same as one object, and lists what the flags choose', async () => {
  const all = await report('--limit', '2');
  assert.deepEqual(
    [all.plan.entries, all.matching, all.entries.length, all.edited],
    [302, 302, 2, undefined],
  );
  assert.equal(all.curve.points.length, 10);
  assert.equal(all.curve.points.at(-1)?.keys, 302);
  const some = await report(
    '--sort',
    'time',
    '--donor',
    'us-west',
    '--model',
    'decay',
    '--search',
    'user:',
    '--reverse',
  );
  assert.equal(some.matching, 20);
  const times = some.entries.map(({ expectedAt }) => expectedAt);
  assert.deepEqual(times, times.toSorted().toReversed());
  assert.equal((await report('--donor', '-')).matching, 100);
});

test('thresholds, budgets, pins and exclusions show what they would make of the plan, and leave its file alone', async () => {
  const before = readFileSync(path.join(folder, 'plan.jsonl'));
  const { edited, entries } = await report(
    ...[
      '--min-confidence',
      '0.5',
      '--budget-keys',
      '100',
      '--pin',
      '["a",1]',
      '--pin',
      'unknown',
      '--exclude',
      'user:0',
    ],
  );
  assert.deepEqual(
    [edited?.entries, edited?.pinned, edited?.excluded, edited?.added, edited?.belowThreshold],
    [100, 2, 1, 1, 149],
  );
  assert.ok((edited?.expectedHitRate ?? 1) < 0.8);
  assert.ok(!entries.some(({ key }) => key === 'user:0'));
  assert.deepEqual(readFileSync(path.join(folder, 'plan.jsonl')), before);
});

test('--out writes the plan that is left, which says what it is, and never over a file without --replace', async () => {
  const flags = ['--exclude', 'user:*', '--pin', hostile, '--out', 'edited.jsonl'];
  const first = await inspect(...flags);
  assert.equal(first.exitCode, 0, first.stderr);
  assert.match(
    first.stdout,
    /→ Next: foresync add-replica NAME --host HOST --store sqlite:PATH --plan edited\.jsonl/,
  );
  const [header, ...entries] = lines('edited.jsonl');
  assert.deepEqual([header.entries, header.pinned, header.excluded], [2, 1, 300]);
  assert.deepEqual(
    entries.map(({ key, pinned }) => [key, pinned]),
    [
      [hostile, true],
      [['a', 1], undefined],
    ],
  );
  const again = await inspect(...flags);
  assert.equal(again.exitCode, 73);
  assert.match(again.stderr, /There is a file edited\.jsonl already[\s\S]*--replace/);
  assert.equal((await inspect(...flags, '--replace', '--json')).exitCode, 0);
  const piped = await inspect('--exclude', 'user:*', '--out', '-');
  assert.equal(piped.stdout.trimEnd().split('\n').length, 3);
  assert.match(piped.stderr, /edited +2 keys/);
});

test('a plan that was edited is taken by add-replica', async (t) => {
  const shop = shopFolder(t, 100);
  const entries = [1, 2, 3, 4].map((key) => entry(key, { donor: 'east' }));
  const origin = new Date().toISOString();
  await planFile(shop, entries, { group: 'shop', table: 'items', origin });
  const edit = [
    'plan',
    'inspect',
    '--exclude',
    '2',
    '--pin',
    '4',
    '--pin',
    '9',
    '--out',
    'edited.jsonl',
    '--json',
  ];
  const edited = await runCli(edit, { cwd: shop });
  assert.equal(edited.exitCode, 0, edited.stdout);
  const add = [
    'add-replica',
    'j',
    '--host',
    'local',
    '--store',
    'sqlite:j.db',
    '--plan',
    'edited.jsonl',
    '--json',
  ];
  const { stdout, stderr, exitCode } = await runCli(add, { cwd: shop });
  assert.equal(exitCode, 0, stderr + stdout);
  const { run: joined } = JSON.parse(stdout) as { run: { plan?: { keys: number; missingKeys: number } } };
  assert.deepEqual([joined.plan?.keys, joined.plan?.missingKeys], [4, 0]);
});

test("--key shows an entry with the key's history, its forecast and why it stands there", async () => {
  const { stdout, exitCode } = await inspect('--key', 'user:0');
  assert.equal(exitCode, 0);
  assert.match(stdout, /✓ user:0\n {2}Entry 1 of 302\n/);
  assert.match(stdout, /history +400 reads, 0 writes, 2026-01-26 to 2026-01-30$/m);
  assert.match(stdout, /confidence +1\.000, that it is read within 24 h/);
  assert.match(stdout, /It is number 1 of 302 by expected reads/);
  for (const line of stdout.split('\n')) assert.ok(line.length <= 80, `${line.length}: ${line}`);
  const { detail } = await report('--key', 'user:7919', '--exclude', 'user:7919');
  assert.equal(detail?.fate, 'excluded');
  assert.deepEqual(detail?.past, { absent: 'The access history does not have this key.' });
});

test('where there is no state file the page says so; one that is named must be there', async (t) => {
  const elsewhere = shopFolder(t, 1);
  await planFile(elsewhere, [entry('a')]);
  const { stdout, exitCode } = await runCli(['plan', 'inspect', '--key', 'a'], { cwd: elsewhere });
  assert.equal(exitCode, 0);
  assert.match(stdout, /history +There is no state file foresync\.db here/);
  assert.ok(!existsSync(path.join(elsewhere, 'foresync.db')));
  const named = await runCli(['plan', 'inspect', '--state', 'none.db'], { cwd: elsewhere });
  assert.equal(named.exitCode, 65);
  writeFileSync(path.join(elsewhere, 'foresync.db'), 'no database at all, but long enough to be looked at');
  const foreign = await runCli(['plan', 'inspect', '--key', 'a'], { cwd: elsewhere });
  assert.match(foreign.stdout, /history +The state file \S+ cannot be\s+used/);
});

const refused: [what: string, args: string[], exitCode: number, message: RegExp][] = [
  ['a plan that is not there', ['none.jsonl'], 74, /There is no plan none\.jsonl/],
  ['a plan that is cut off', ['cut.jsonl'], 65, /Line \d+ of the plan cannot be read/],
  ['something else', ['access.csv'], 65, /Line 1 of the plan cannot be read: it is not JSON/],
  ['a folder', ['.'], 74, /cannot be read/],
  ['a donor that it does not have', ['--donor', 'mars'], 64, /no donor mars[\s\S]*us-east/],
  ['a model that it does not have', ['--model', 'oracle'], 64, /no model oracle/],
  ['a figure that it cannot sort by', ['--sort', 'colour'], 64, /'colour' is none of its values/],
  ['a key that it does not have', ['--key', 'user:1x'], 65, /The plan has no key user:1x[\s\S]*--explain/],
  ['a probability that is none', ['--min-confidence', '2'], 64, /'2' is no probability/],
  ['more pins than the budget', ['--pin', 'user:*', '--budget-keys', '5'], 64, /300 keys are pinned/],
  ['two claims on standard output', ['--json', '--out', '-'], 64, /standard output/],
  ['--replace of nothing', ['--replace'], 64, /--out/],
  ['a folder that is not there', ['--out', 'no/such/plan.jsonl'], 74, /cannot be written/],
  ['a pattern that is none', ['--exclude', ''], 64, /pattern of keys is empty/],
];
for (const [what, args, exitCode, message] of refused) {
  test(`${what} is refused in one line and leaves nothing`, async () => {
    await planFile(folder, manyEntries(300), {}, 'cut.jsonl');
    truncateSync(path.join(folder, 'cut.jsonl'), 9000);
    const here = readdirSync(folder).sort();
    const result = await inspect(...args);
    assert.equal(result.exitCode, exitCode, result.stderr);
    assert.match(result.stderr + result.stdout, message);
    assert.doesNotMatch(result.stderr, /\n\s+at /);
    assert.deepEqual(readdirSync(folder).sort(), here);
  });
}

test('a word behind plan that is no command of it is told as such, and plan itself stays a command', async () => {
  const wrong = await run('plan', 'inspct');
  assert.equal(wrong.exitCode, 64);
  assert.match(wrong.stderr, /no command "plan inspct"[\s\S]*Did you mean "plan inspect"/);
  const flag = await inspect('--sorr', 'size');
  assert.match(flag.stderr, /Did you mean --sort\? 'foresync plan inspect --help'/);
  const help = await run('plan', '--help');
  assert.match(help.stdout, /--horizon=DURATION[\s\S]*plan diff +Tell how[\s\S]*plan inspect +Look into/);
});
