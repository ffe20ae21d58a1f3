import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { openLogFile } from '../../../src/core/access-log/log-file.ts';
import { openState, type StateFile } from '../../../src/core/state/open.ts';
import { listParameterChanges, recordRunStep } from '../../../src/core/state/parameter-steps.ts';
import { freezeParameter, setParameter, undoSteps } from '../../../src/core/state/parameter-wishes.ts';
import { type ParameterName, readParameters } from '../../../src/core/state/parameters.ts';
import type { Tuning } from '../../../src/core/tuning/try-steps.ts';
import { type TunableRun, type TuningOptions, tuneByRun } from '../../../src/core/tuning/tune-by-run.ts';
import { type JoinedRun, JoinsOverTime } from './joins-over-time.ts';
import { stationary } from './workloads.ts';

let joins: JoinsOverTime;
before(async () => {
  joins = await JoinsOverTime.of(stationary(1));
});
const folder = mkdtempSync(path.join(os.tmpdir(), 'foresync-tuning-'));
after(async () => {
  await joins.close();
  rmSync(folder, { recursive: true, force: true });
});

let files = 0;
function fresh(t: { after(done: () => void): void }): StateFile {
  const state = openState(path.join(folder, `${++files}.db`));
  t.after(() => state.close());
  return state;
}

const tune = (state: StateFile, { run, evidence, options }: JoinedRun, more: Partial<TuningOptions> = {}) =>
  tuneByRun(state, run, evidence, { ...options, ...more });
const of = (tunings: readonly Tuning[], name: ParameterName) => tunings.find((one) => one.name === name);
const steps = (tunings: readonly Tuning[]) => tunings.filter(({ new: value }) => value !== undefined);

test('a step that run and backtest bear out is adopted, kept with its figures, and made once', async (t) => {
  const state = fresh(t);
  const joined = await joins.run(state, 2);
  const tunings = await tune(state, joined);
  const timeout = of(tunings, 'prefetchTimeoutMs');
  assert.equal(timeout?.new, 750_000);
  assert.match(
    timeout?.reason ?? '',
    /^the step is worth \+\d+\.\d\d % of the reads: \+\d+\.\d\d % on its own, [+-]\d+\.\d\d % on 3 windows before it, ± \d+\.\d\d$/,
  );
  assert.equal(readParameters(state, 'shop').prefetchTimeoutMs, 750_000);
  const again = await tune(state, joined);
  assert.equal(of(again, 'prefetchTimeoutMs')?.reason, 'this run has moved it before');
  assert.equal(readParameters(state, 'shop').prefetchTimeoutMs, 750_000);
});

test('a dry run decides the same and keeps nothing', async (t) => {
  const state = fresh(t);
  const tunings = await tune(state, await joins.run(state, 2), { dryRun: true });
  assert.equal(of(tunings, 'prefetchTimeoutMs')?.new, 750_000);
  assert.deepEqual([readParameters(state, 'shop'), listParameterChanges(state, { limit: 9 })], [{}, []]);
});

test('a step that has not paid is taken back by the next run, to the default where that held', async (t) => {
  const state = fresh(t);
  recordRunStep(state, {
    ...{ group: 'shop', name: 'prefetchTimeoutMs', kind: 'tuned', old: 600_000, new: 480_000 },
    ...{ reason: 'luck', runId: 'run-000', startedMs: 0, changedMs: 0 },
  });
  const joined = await joins.run(state, 2);
  const found = of(await tune(state, joined), 'prefetchTimeoutMs');
  assert.deepEqual([found?.old, found?.new], [480_000, 'default']);
  assert.match(found?.reason ?? '', /^it has not paid: to go back is worth \+\d/);
  assert.equal(readParameters(state, 'shop').prefetchTimeoutMs, undefined);
});

test('runs that are tuned out of order, or after a step was taken back, move nothing backwards', async (t) => {
  const state = fresh(t);
  const [early, late] = [await joins.run(state, 1), await joins.run(state, 2)];
  assert.ok(steps(await tune(state, late)).some(({ name }) => name === 'prefetchTimeoutMs'));
  const moved = readParameters(state, 'shop').prefetchTimeoutMs;
  const found = of(await tune(state, early), 'prefetchTimeoutMs');
  assert.match(found?.reason ?? '', /^it was moved after this run had begun/);
  assert.equal(readParameters(state, 'shop').prefetchTimeoutMs, moved);
  undoSteps(state, { group: 'shop', count: 9, nowMs: late.options.nowMs, dryRun: false });
  for (const joined of [early, late])
    assert.equal(of(await tune(state, joined), 'prefetchTimeoutMs')?.new, undefined);
});

test('what is frozen stays, and so does what stands elsewhere than in the run', async (t) => {
  const state = fresh(t);
  freezeParameter(state, { group: 'shop', name: 'prefetchTimeoutMs', freeze: true, nowMs: 0 });
  const joined = await joins.run(state, 1);
  setParameter(state, { group: 'shop', name: 'minConfidence', value: 0.3, nowMs: 0 });
  const tunings = await tune(state, joined);
  assert.equal(of(tunings, 'prefetchTimeoutMs')?.reason, 'it is frozen');
  assert.match(of(tunings, 'minConfidence')?.reason ?? '', /^the run used another value/);
  assert.deepEqual(readParameters(state, 'shop'), { minConfidence: 0.3 });
});

test('a group has its own parameters: a run moves none of another', async (t) => {
  const state = fresh(t);
  setParameter(state, { group: 'depot', name: 'prefetchTimeoutMs', value: 5000, nowMs: 0 });
  await tune(state, await joins.run(state, 1));
  assert.deepEqual(readParameters(state, 'depot'), { prefetchTimeoutMs: 5000 });
});

test('runs that say nothing of a plan tune nothing, and why is told', async (t) => {
  const state = fresh(t);
  const joined = await joins.run(state, 1);
  const cases: [Partial<TunableRun>, RegExp][] = [
    [{ outcome: 'aborted' }, /^the run was aborted/],
    [{ outcome: 'failed' }, /^the run failed/],
    [{ outcome: 'stopped' }, /^the run stopped/],
    [{ command: 'prefetch' }, /^a prefetch serves no reads/],
    [{ table: 'orders' }, /^the plan was made for another table/],
    [{ group: 'depot' }, /^the plan was made for another group/],
    [{ id: 'unknown' }, /^the run had no plan/],
  ];
  for (const [more, why] of cases) {
    const tunings = await tune(state, { ...joined, run: { ...joined.run, ...more } });
    for (const { new: value, reason } of tunings) {
      assert.equal(value, undefined);
      assert.match(reason, why);
    }
  }
  const withoutLog = { ...joined, evidence: { ...joined.evidence, cameTrue: undefined } };
  const tunings = await tune(state, withoutLog);
  assert.match(of(tunings, 'prefetchTimeoutMs')?.reason ?? '', /no access log of the joiner/);
  assert.deepEqual(listParameterChanges(state, { limit: 9 }), []);
});

test('what cannot be confirmed is not adopted: no history, none of its time, or no time for it', async (t) => {
  const state = fresh(t);
  const joined = await joins.run(state, 1);
  const reasonOf = async (more: Partial<TuningOptions>) =>
    of(await tune(state, joined, more), 'prefetchTimeoutMs')?.reason ?? '';
  assert.match(await reasonOf({ history: undefined }), /no access history/);
  assert.match(await reasonOf({ budgetMs: 0 }), /could not be confirmed within 0 s/);
  const history = joined.options.history;
  assert.ok(history);
  const ended = (lastMs: number, firstMs?: number) => ({
    ...{ bucketMs: history.bucketMs, series: () => history.series() },
    summary: () => ({ ...history.summary(), lastMs, firstMs: firstMs ?? history.summary().firstMs }),
  });
  const { startedMs } = joined.run;
  assert.match(await reasonOf({ history: ended(startedMs) }), /are known only up to .*foresync analyze/);
  assert.match(await reasonOf({ history: ended(startedMs + 1e9, startedMs - 1) }), /too short to confirm/);
  assert.deepEqual(listParameterChanges(state, { limit: 9 }), []);
});

test('a signal ends it with nothing kept', async (t) => {
  const state = fresh(t);
  const joined = await joins.run(state, 1);
  const stop = new AbortController();
  const onProgress = () => stop.abort(new Error('enough'));
  await assert.rejects(tune(state, joined, { signal: stop.signal, onProgress }), /enough/);
  assert.deepEqual(listParameterChanges(state, { limit: 9 }), []);
});

test("the joiner's own log stands for its reads where the history does not have them yet", async (t) => {
  const state = fresh(t);
  const joined = await joins.run(state, 1);
  const { history } = joined.options;
  const { startedMs } = joined.run;
  assert.ok(history);
  const ended = {
    ...{ bucketMs: history.bucketMs, series: () => history.series() },
    summary: () => ({ ...history.summary(), lastMs: startedMs }),
  };
  const file = path.join(folder, 'joiner.csv');
  const reads = joins.reads.filter(({ atMs }) => atMs > startedMs && atMs < startedMs + 24 * 3_600_000);
  const lines = reads.filter((_, n) => n % 4 !== 0).map(({ atMs, key }) => `${Math.round(atMs)},GET,${key}`);
  writeFileSync(file, `time,op,key\n${lines.join('\n')}\n`);
  const logs = [{ name: file, open: () => openLogFile(file) }];
  const own = of(await tune(state, joined, { history: ended, logs }), 'prefetchTimeoutMs');
  assert.match(own?.reason ?? '', /% on its own|of the run's reads/);
});
