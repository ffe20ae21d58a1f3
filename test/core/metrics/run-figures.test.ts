import assert from 'node:assert/strict';
import { test } from 'node:test';
import { figuresOf } from '../../../src/core/metrics/run-figures.ts';
import { foldRun } from '../../../src/core/sync/fold.ts';
import { exampleRun, exampleSnapshot, originMs, startMs } from './run-example.ts';

const figures = (snapshot: unknown) =>
  figuresOf({
    ...exampleRun(),
    hasPlan: false,
    metrics: undefined,
    snapshot: JSON.parse(JSON.stringify(snapshot)),
  });

test('tells a run in figures', () => {
  const found = figures(exampleSnapshot());
  assert.ok(found);
  assert.deepEqual(
    [
      found.hotReadyMs,
      found.inSyncMs,
      found.deltaRounds,
      found.moved.delta.rows,
      found.tableRows,
      found.snapshotSmallerBy,
    ],
    [2000, 10_000, 3, 5, 100, 0.25],
  );
  assert.deepEqual([found.plan?.sentKeys, found.plan?.missingKeys, found.plan?.originMs], [4, 1, originMs]);
});

test('says only what a stopped run came to know', () => {
  const found = figures(exampleSnapshot({ until: 'hot' }));
  assert.ok(found);
  assert.deepEqual(
    [
      found.hotReadyMs,
      found.inSyncMs,
      found.deltaRounds,
      found.tableRows,
      found.snapshotSmallerBy,
      found.plan?.sentKeys,
    ],
    [undefined, undefined, undefined, 99, undefined, 2],
  );
});

test('a resumed run that is hot-ready has sent its whole plan', () => {
  const snapshot = exampleSnapshot();
  assert.ok(snapshot.plan);
  snapshot.plan.arrivedKeys = 0;
  assert.equal(figures(snapshot)?.plan?.sentKeys, 4);
});

test('a run that ended before its first event is told with the start that the journal has', () => {
  const found = figures(foldRun([]));
  assert.deepEqual([found?.startedAtMs, found?.hotReadyMs, found?.plan], [startMs, undefined, undefined]);
});

test('a snapshot of another shape gives no figures', () => {
  assert.equal(figures({ hello: 'world' }), undefined);
  assert.equal(figures({ ...exampleSnapshot(), byKind: {} }), undefined);
});
