import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, test } from 'node:test';
import { openState } from '../../src/core/state/open.ts';
import { recordRunStep } from '../../src/core/state/parameter-steps.ts';
import { readParameters } from '../../src/core/state/parameters.ts';
import { runCli } from '../support/cli.ts';

const root = mkdtempSync(path.join(os.tmpdir(), 'foresync-tune-'));
after(() => rmSync(root, { recursive: true, force: true }));

/** A folder with a foresync.yaml, whose group a run has tuned once. */
function shop(prices = ''): { folder: string; parameters: () => ReturnType<typeof readParameters> } {
  const folder = mkdtempSync(path.join(root, 'shop-'));
  writeFileSync(
    path.join(folder, 'foresync.yaml'),
    `group: shop\ntable: items\nlead: us-east\nreplicas:\n  us-east: { store: "sqlite:shop.db" }\n${prices}`,
  );
  const file = path.join(folder, 'foresync.db');
  const state = openState(file);
  recordRunStep(state, {
    ...{
      group: 'shop',
      name: 'minConfidence',
      kind: 'tuned',
      old: 0.5,
      new: 0.45,
      reason: 'it was worth it',
    },
    ...{ runId: '3f9a1c2b-1', startedMs: Date.UTC(2026, 0, 2), changedMs: Date.UTC(2026, 0, 2, 10, 11) },
  });
  state.close();
  const parameters = () => {
    const opened = openState(file);
    try {
      return readParameters(opened, 'shop');
    } finally {
      opened.close();
    }
  };
  return { folder, parameters };
}

async function tune(folder: string, args: string[], command = 'tune') {
  const result = await runCli([command, ...args], {
    cwd: folder,
    env: { LANG: 'C.UTF-8', LC_ALL: undefined },
  });
  return { ...result, json: () => JSON.parse(result.stdout) };
}

test('shows what is in force and where it comes from, in 80 columns', async () => {
  const { folder } = shop('prices: { unreadMegabyte: 2 }\n');
  const { stdout, exitCode } = await tune(folder, []);
  assert.equal(exitCode, 0);
  assert.match(stdout, /Parameters of shop/);
  assert.match(stdout, /min-confidence +0\.45 +tuned by run 3f9a1c2b/);
  assert.match(stdout, /horizon +24 h +default/);
  assert.match(stdout, /half-life +chosen by the backtest +default/);
  assert.match(stdout, /servedRead 1\.00 · unreadMegabyte 2\.00/);
  for (const line of stdout.split('\n')) assert.ok(line.length <= 80, line);
});

test('looking makes no state file, nor does a dry run', async () => {
  const folder = mkdtempSync(path.join(root, 'empty-'));
  for (const args of [[], ['--set', 'order=reads', '--dry-run'], ['--undo']]) await tune(folder, args);
  assert.equal(existsSync(path.join(folder, 'foresync.db')), false);
  const json = (await tune(folder, ['--json'])).json();
  assert.deepEqual([json.changes, json.parameters.length, json.prices.servedRead], [[], 8, 1]);
  const [horizon, halfLife] = json.parameters;
  assert.deepEqual([horizon.option, horizon.value, horizon.inForce], ['horizon', undefined, 86_400_000]);
  assert.deepEqual([halfLife.option, halfLife.inForce], ['half-life', undefined]);
});

test('sets parameters in their own units, and takes them back to the default', async () => {
  const { folder, parameters } = shop();
  const settings = ['half-life=36h', 'min-confidence=0.4', 'budget-keys=50k', 'budget-bytes=512MiB'];
  const more = ['prefetch-timeout=20m', 'decay-weight=0.5', 'order=reads-per-byte', 'horizon=12h'];
  const set = [...settings, ...more].flatMap((setting) => ['--set', setting]);
  const dry = (await tune(folder, [...set, '--dry-run', '--json'])).json();
  assert.deepEqual([dry.dryRun, dry.changes.length, parameters()], [true, 8, { minConfidence: 0.45 }]);
  const plain = await tune(folder, set);
  assert.match(plain.stdout, /^half-life: default → 36 h, set\.$/m);
  assert.match(plain.stdout, /Next: foresync plan/);
  assert.deepEqual(parameters(), {
    ...{ horizonMs: 43_200_000, halfLifeMs: 129_600_000, decayWeight: 0.5, minConfidence: 0.4 },
    ...{ budgetKeys: 50_000, budgetBytes: 2 ** 29, prefetchTimeoutMs: 1_200_000, order: 'reads-per-byte' },
  });
  await tune(folder, ['--set', 'half-life=default,order=default']);
  assert.deepEqual([parameters().halfLifeMs, parameters().order], [undefined, undefined]);
  assert.match((await tune(folder, ['--set', 'order=default'])).stdout, /so already/);
});

test('refuses what is no parameter or no value, with what was meant and what may be written', async () => {
  const { folder, parameters } = shop();
  const cases: [string[], RegExp][] = [
    [['--set', 'halflife=36h'], /'halflife' is no parameter[\s\S]*Did you mean half-life\?/],
    [['--set', 'size=3'], /They are min-confidence, horizon/],
    [['--set', 'horizon'], /says no value[\s\S]*NAME=VALUE/],
    [['--set', 'horizon=5m'], /'5m' is no value for horizon[\s\S]*from 15 min to 14 d/],
    [['--set', 'min-confidence=1.5'], /from 0\.05 to 0\.95/],
    [['--set', 'order=read'], /Did you mean reads\?/],
    [['--set', 'horizon=1h', '--set', 'horizon=2h'], /set twice/],
    [['--freeze', 'horizon', '--unfreeze', 'horizon'], /frozen and to be let go/],
    [['--freeze', 'constructor'], /no parameter/],
    [['3'], /goes with --undo/],
    [['ff5b5217'], /'ff5b5217' is no number of steps[\s\S]*foresync tune --undo 2[\s\S]*metrics --tuning/],
    [['--undo', '0'], /'0' is no number of steps/],
    [['--undo', '-1'], /'-1' is no number of steps/],
    [['--undo', '1001'], /from 1 to 1000/],
    [['--run', 'X'], /./],
  ];
  for (const [args, words] of cases) {
    const { exitCode, stderr } = await tune(folder, args);
    assert.equal(exitCode, 64, args.join(' '));
    assert.match(stderr, words);
  }
  assert.deepEqual(parameters(), { minConfidence: 0.45 });
});

test('takes the last steps back, each of which stays in the history', async () => {
  const { folder, parameters } = shop();
  await tune(folder, ['--set', 'horizon=12h', '--freeze', 'horizon,half-life']);
  assert.match((await tune(folder, [])).stdout, /horizon +12 h +set \d{4}-\d\d-\d\d \d\d:\d\d, frozen/);
  const dry = await tune(folder, ['--undo', '2', '--dry-run']);
  assert.match(dry.stdout, /horizon: 12 h → default, would be taken back\./);
  await tune(folder, ['--undo', '2']);
  assert.deepEqual(parameters(), {});
  const none = await tune(folder, ['--undo', '--json']);
  assert.deepEqual([none.exitCode, none.json().error.code], [64, 'nothing-to-undo']);
  const history = await tune(folder, ['--tuning'], 'metrics');
  assert.match(history.stdout, /minimum confidence +\S+ +0\.50 → 0\.45 → default/);
  assert.match(
    history.stdout,
    /minimum confidence 0\.50 → 0\.45 {2}2026-01-02 10:11 UTC, shop, run 3f9a1c2b\n +because it was worth it\./,
  );
  assert.match(history.stdout, /half-life frozen at default/);
  const { parameterSteps } = (await tune(folder, ['--tuning', '--json'], 'metrics')).json();
  const kinds = parameterSteps.map(({ kind }: { kind: string }) => kind);
  assert.deepEqual(kinds, ['undone', 'undone', 'frozen', 'frozen', 'set', 'tuned']);
});
