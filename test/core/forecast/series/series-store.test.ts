import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { groupVolume } from '../../../../src/core/forecast/series/group-reads.ts';
import { loadSeries } from '../../../../src/core/forecast/series/series-store.ts';
import { timeGrid } from '../../../../src/core/forecast/time-grid.ts';
import { memoryHistory, type TestEvent } from '../memory-history.ts';
import { valueAt } from '../value-at.ts';

const bucketMs = 60_000;
const event = fc.record({
  key: fc.constantFrom('a', 'b', 'c', 'd'),
  timeMs: fc.integer({ min: -120, max: 120 }).map((n) => (n * bucketMs) / 2),
  op: fc.constantFrom('read' as const, 'read' as const, 'write' as const),
  replica: fc.constantFrom('r1', 'r2'),
});

/** What is known of a key at the origin; its last bucket counts only where nothing comes after the origin. */
function knownOf(events: TestEvent[], key: string, originMs: number): TestEvent[] {
  const own = events.filter((e) => e.key === key);
  const isSplit = own.some(({ timeMs }) => timeMs > originMs);
  const untilMs = isSplit ? Math.floor(originMs / bucketMs) * bucketMs : originMs + 1;
  return own.filter(({ timeMs }) => timeMs < untilMs);
}

test('the columns hold what was accessed before the origin, key by key', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(event, { minLength: 1, maxLength: 80 }),
      fc.nat(200).map((n) => (n * bucketMs) / 2),
      fc.boolean(),
      async (events, afterMs, grows) => {
        const history = memoryHistory(events, bucketMs);
        const { firstMs = 0, lastMs = 0 } = history.summary();
        const originMs = firstMs + afterMs;
        const grid = timeGrid({ bucketMs, firstMs, lastMs, keys: 4 }, originMs, 100 * bucketMs);
        const counted = grows ? 0 : history.summary().keys;
        const store = await loadSeries(
          { ...history, summary: () => ({ ...history.summary(), keys: counted }) },
          grid,
          { preferredDonor: -1 },
        );
        const names = [...history.series()].map(({ key }) => key);
        assert.deepEqual(
          store.names,
          names.filter((key) => knownOf(events, key, originMs).length > 0),
        );
        assert.equal(store.keys, store.names.length);
        let reads = 0;
        for (const [key, name] of store.names.entries()) {
          const known = knownOf(events, name, originMs);
          const [from, until] = [valueAt(store.offsets, key), valueAt(store.offsets, key + 1)];
          const inBuckets = Map.groupBy(known, ({ timeMs }) => Math.floor(timeMs / bucketMs));
          const buckets = [...inBuckets.keys()].sort((a, b) => a - b);
          const count = (op: string) =>
            buckets.map((bucket) => inBuckets.get(bucket)?.filter((e) => e.op === op).length);
          assert.deepEqual([...store.buckets.subarray(from, until)], buckets);
          assert.deepEqual([...store.reads.subarray(from, until)], count('read'));
          assert.deepEqual([...store.writes.subarray(from, until)], count('write'));
          assert.equal(store.firstMs[key], Math.min(...known.map(({ timeMs }) => timeMs)));
          reads += known.filter((e) => e.op === 'read').length;
        }
        assert.equal(groupVolume(store, grid).between(grid.first, grid.end), reads);
      },
    ),
    { seed: 171, numRuns: 60 },
  );
});
