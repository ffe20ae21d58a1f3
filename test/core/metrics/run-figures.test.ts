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

test('a run that went on behind the hot rows has them from before, and claims no smaller snapshot', () => {
  const snapshot = exampleSnapshot();
  assert.ok(snapshot.plan);
  const hot = snapshot.phases.find(({ name }) => name === 'hot');
  assert.ok(hot);
  hot.state = 'skipped';
  Object.assign(snapshot, { hotReadyAtMs: undefined });
  Object.assign(snapshot.plan, { arrivedKeys: 0, missingKeys: 0 });
  const told = () => {
    const found = figures(snapshot);
    return [found?.plan?.sentBefore, found?.plan?.sentKeys, found?.hotReadyMs, found?.snapshotSmallerBy];
  };
  assert.deepEqual(told(), [false, 0, undefined, 0.25]);
  snapshot.resumed = true;
  assert.deepEqual(told(), [true, 4, undefined, undefined]);
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
