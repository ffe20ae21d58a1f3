import assert from 'node:assert/strict';
import { existsSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { runCli } from '../support/cli.ts';
import { joinedShop, loggedShop, smallPlan, writeJoinerLog } from '../support/logged-shop.ts';

test('plan --fail-under judges the smaller of backtested and expected hit rate, and prints and writes all the same', async (t) => {
  const cwd = loggedShop(t);
  assert.equal((await runCli(['analyze', 'access.csv'], { cwd })).exitCode, 0);
  const plan = async (p: string, ...more: string[]) => {
    const { exitCode, stdout, stderr } = await runCli(
      [...smallPlan, '--budget-keys', '5', '--fail-under', p, '--json', ...more],
      { cwd },
    );
    return { exitCode, stderr, ...JSON.parse(stdout) };
  };
  const passed = await plan('0.1');
  assert.deepEqual([passed.exitCode, passed.gate.passed, passed.stderr], [0, true, '']);
  const { hitRate } = passed.gate;
  assert.equal(hitRate, Math.min(passed.backtestedHitRate, passed.expectedHitRate));
  assert.ok(hitRate > 0.1 && hitRate < 0.9, `${hitRate}`);
  assert.equal((await plan(String(hitRate))).exitCode, 0, 'it is not under itself');
  const failed = await plan('0.99', '--out', 'failed.jsonl');
  assert.deepEqual([failed.exitCode, failed.gate.passed, failed.keys], [3, false, 5]);
  assert.match(failed.stderr, /^✗ The hit rate .* is \d\d\.\d\d %, under the 99\.00 % of --fail-under\.\n$/);
  assert.ok(existsSync(path.join(cwd, 'failed.jsonl')));

  // Next to nothing is sure enough: such a plan would serve less than what the backtest judged.
  const empty = await runCli(
    [...smallPlan, '--min-confidence', '1', '--exclude', '*', '--fail-under', '0.01', '--json'],
    { cwd },
  );
  assert.equal(empty.exitCode, 3, empty.stderr);
  assert.match(empty.stderr, /The hit rate that this plan expects is/);
});

test('a history too short for a backtest is not judged, and says so with another exit code', async (t) => {
  const cwd = loggedShop(t);
  const nowMs = Date.now();
  writeFileSync(path.join(cwd, 'short.csv'), `time,op,key\n${nowMs - 1000},read,1\n${nowMs},read,2\n`);
  assert.equal((await runCli(['analyze', 'short.csv', '--state', 'short.db'], { cwd })).exitCode, 0);
  const args = [...smallPlan, '--state', 'short.db', '--min-confidence', '0', '--fail-under', '0.1'];
  const plain = await runCli(args, { cwd });
  assert.equal(plain.exitCode, 65, plain.stderr);
  assert.match(plain.stdout, /Planned 2 keys/);
  assert.match(plain.stderr, /too short to test a plan[\s\S]*foresync analyze/);
  const json = await runCli([...args, '--json'], { cwd });
  assert.equal(json.exitCode, 65);
  assert.deepEqual(JSON.parse(json.stdout).gate, { failUnder: 0.1, passed: false });
});

test('metrics --fail-under judges the share of reads of planned keys, of the newest run or of the one that is named', async (t) => {
  const { cwd, runId, startedAtMs } = await joinedShop(t);
  const unmeasured = await runCli(['metrics', '--fail-under', '0.5'], { cwd });
  assert.equal(unmeasured.exitCode, 65, unmeasured.stderr);
  assert.match(unmeasured.stderr, /nothing to judge\.\n.*foresync metrics [0-9a-f]{8} --log FILE/);
  assert.match(unmeasured.stdout, /add-replica/);

  writeJoinerLog(cwd, startedAtMs);
  const passed = await runCli(['metrics', runId, '--log', 'joiner.csv', '--fail-under', '0.9', '--json'], {
    cwd,
  });
  assert.equal(passed.exitCode, 0, passed.stderr);
  assert.deepEqual(JSON.parse(passed.stdout).gate, { failUnder: 0.9, hitRate: 0.9, passed: true });
  for (const more of [[], ['--json']]) {
    const under = await runCli(['metrics', '--fail-under', '0.91', ...more], { cwd });
    assert.equal(under.exitCode, 3, under.stderr);
    assert.match(under.stderr, /✗ The share of reads of planned keys is 90\.00 %, under the 91\.00 %/);
    assert.notEqual(under.stdout, '');
  }
});

test('what is no probability is refused', async (t) => {
  const cwd = loggedShop(t);
  for (const p of ['90', '-1', '', 'x', '1.1'])
    for (const command of [['plan'], ['metrics']]) {
      const { exitCode, stderr } = await runCli([...command, `--fail-under=${p}`], { cwd });
      assert.equal(exitCode, 64, stderr);
      assert.match(stderr, /--fail-under.*no probability/);
    }
});
