import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type RunReport, reportOf } from '../../../src/core/metrics/run-report.ts';
import { trendsOf } from '../../../src/core/metrics/run-trend.ts';
import { compareRuns } from '../../../src/core/metrics/run-values.ts';
import type { StoredRun } from '../../../src/core/state/runs.ts';
import { exampleRun, exampleSnapshot } from './run-example.ts';

function report(id: string, laterMs: number, more: Partial<StoredRun> = {}): RunReport {
  const snapshot = exampleSnapshot();
  snapshot.inSyncAtMs = (snapshot.inSyncAtMs ?? 0) + laterMs;
  return reportOf({
    ...{ ...exampleRun(snapshot), id, hasPlan: true, metrics: undefined },
    ...more,
    snapshot: JSON.parse(JSON.stringify(snapshot)),
  } as StoredRun);
}

test('two runs are compared by the figures that one of them has', () => {
  const unfinished = report('b', 0, {});
  delete (unfinished.figures as Partial<NonNullable<RunReport['figures']>>).inSyncMs;
  const compared = compareRuns(report('a', 500), unfinished);
  const of = (name: string) => compared.find((value) => value.name === name);
  assert.deepEqual(of('initialSync'), {
    ...{ name: 'initialSync', unit: 'ms', first: 10_500, second: undefined, difference: undefined },
    verdict: undefined,
  });
  assert.equal(of('hotReady')?.difference, 0);
  assert.equal(of('wastedBytes'), undefined);
  const [sync] = compareRuns(report('a', 500), report('b', 2000));
  assert.deepEqual([sync?.difference, sync?.verdict], [1500, 'worse']);
  const rates = (first: number, second: number) =>
    compareRuns(
      { ...report('a', 0), replicaHitRate: first, expectedHitRate: first },
      { ...report('b', 0), replicaHitRate: second, expectedHitRate: second },
    ).filter(({ unit }) => unit === 'share');
  assert.deepEqual(
    rates(0.2, 0.9).map(({ name, verdict }) => [name, verdict]),
    [
      ['expectedHitRate', undefined],
      ['replicaHitRate', 'better'],
    ],
  );
  assert.equal(rates(0.5, 0.5)[1]?.verdict, undefined);
});

test('the trend is of runs of one table that got in sync, oldest first', () => {
  const runs = [
    report('new', 2000),
    report('books', 0, { group: 'books' }),
    report('ahead', 0, { command: 'prefetch' }),
    report('old', 0),
  ];
  const [trend, ...others] = trendsOf(runs);
  assert.deepEqual([trend?.runIds, others], [['old', 'new'], []]);
  assert.deepEqual(
    trend?.lines.map(({ name, values }) => [name, values]),
    [
      ['expectedHitRate', [0.6, 0.6]],
      ['initialSync', [10_000, 12_000]],
      ['deltaKeys', [5, 5]],
    ],
  );
});
