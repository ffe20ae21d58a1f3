import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type RunReport, reportOf } from '../../../src/core/metrics/run-report.ts';
import { trendsOf } from '../../../src/core/metrics/run-trend.ts';
import type { StoredRun } from '../../../src/core/state/runs.ts';
import { exampleRun, exampleSnapshot } from './run-example.ts';

test('the trend begins with the hit rate and when nine tenths were reached, which are not the share of planned keys', () => {
  const run = (hits: number, afterMs: number): RunReport => {
    const stored = { ...exampleRun(exampleSnapshot()), hasPlan: true, metrics: undefined } as StoredRun;
    const ready = { windowReads: 100, firstReadMs: 0, times: [{ share: 0.9, afterMs }] };
    const cameTrue = { replica: { reads: 10, hits, ready }, plan: { wasted: {} } };
    return {
      ...reportOf(stored),
      ...{
        cameTrue: cameTrue as unknown as RunReport['cameTrue'],
        replicaHitRate: hits / 10,
        planHitRate: 0.2,
      },
    };
  };
  const [trend] = trendsOf([run(9, 1000), run(6, 5000)]);
  assert.deepEqual(
    trend?.lines.slice(0, 4).map(({ name, values }) => [name, values]),
    [
      ['replicaHitRate', [0.6, 0.9]],
      ['readyNinety', [5000, 1000]],
      ['expectedHitRate', [0.6, 0.6]],
      ['planHitRate', [0.2, 0.2]],
    ],
  );
});
