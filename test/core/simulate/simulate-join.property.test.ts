import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { orderNames } from '../../../src/core/simulate/hot-list.ts';
import {
  type JoinChoice,
  type Replayed,
  replayJoin,
  timeJoin,
} from '../../../src/core/simulate/simulate-join.ts';
import { replayedOf, slowSnapshot } from './join.ts';

const rows = 500;
const untilMs = rows;

const key = fc.record({
  pastReads: fc.nat(20),
  scanPlace: fc.integer({ min: 0, max: rows - 1 }).map((place) => place / rows),
  readAtMs: fc.array(fc.integer({ min: 1, max: untilMs }), { maxLength: 12 }),
});
const keys = fc.array(key, { minLength: 1, maxLength: 40 });

function joined(replayed: Replayed, choice: JoinChoice) {
  const { course, ...join } = replayJoin(replayed, timeJoin(replayed, choice), untilMs);
  return { ...join, hits: course.hits.reduce((sum, hits) => sum + hits, 0) };
}

test('where rows that go ahead cost no time, no order serves more reads than the one of hindsight', () => {
  fc.assert(
    fc.property(keys, fc.nat(40), fc.nat(40), (found, budgetKeys, turn) => {
      const replayed = replayedOf(found, slowSnapshot(rows));
      const budget = { keys: Math.min(budgetKeys, found.length) };
      const planned = Uint32Array.from(found.keys())
        .map((place) => (place + turn) % found.length)
        .subarray(0, budget.keys);
      const { hits: best, hotKeys } = joined(replayed, { order: 'oracle', budget });
      for (const order of orderNames) {
        const other = joined(replayed, { order, budget: order === 'copy' ? {} : budget, planned });
        // The snapshot of a join that sends more ahead is over sooner, whatever these keys are worth.
        if (other.hotKeys <= hotKeys) assert.ok(other.hits <= best, `${order}: ${other.hits} of ${best}`);
      }
    }),
  );
});

test('where rows that go ahead cost no time, hindsight serves no fewer reads with a larger budget', () => {
  fc.assert(
    fc.property(keys, (found) => {
      const replayed = replayedOf(found, slowSnapshot(rows));
      let least = 0;
      for (let budgetKeys = 0; budgetKeys <= found.length; budgetKeys++) {
        const { hits } = joined(replayed, { order: 'oracle', budget: { keys: budgetKeys } });
        assert.ok(hits >= least, `${hits} with ${budgetKeys}, ${least} with one less`);
        least = hits;
      }
    }),
  );
});

test('every row travels once, ahead or with the snapshot, and once more where it has changed', () => {
  fc.assert(
    fc.property(
      keys,
      fc.nat(40),
      fc.integer({ min: 1, max: 9 }),
      fc.nat(50),
      (found, keysAhead, compression, changed) => {
        const model = slowSnapshot(rows, { compression, changedWithin: (ms) => (ms > 0 ? changed : 0) });
        const replayed = replayedOf(found, model);
        const { wireBytes, deltaRows } = joined(replayed, { order: 'lfu', budget: { keys: keysAhead } });
        const sent = wireBytes.hot + wireBytes.snapshot;
        assert.ok(Math.abs(sent - (rows * model.rowBytes) / compression) < 1e-6, String(sent));
        assert.ok(Math.abs(wireBytes.delta - (deltaRows * model.rowBytes) / compression) < 1e-6);
        assert.ok(deltaRows >= changed);
      },
    ),
  );
});

test('reads and hits of a whole course are those of the hit rate, and a sample speaks for all keys', () => {
  fc.assert(
    fc.property(keys, fc.constantFrom(1, 0.5, 0.1), (found, share) => {
      const replayed = replayedOf(found, slowSnapshot(rows), share);
      const join = replayJoin(replayed, timeJoin(replayed, { order: 'lfu', budget: {} }), untilMs);
      const reads = join.course.reads.reduce((sum, count) => sum + count, 0);
      const hits = join.course.hits.reduce((sum, count) => sum + count, 0);
      const all = found.reduce((sum, { readAtMs }) => sum + readAtMs.length, 0);
      assert.ok(Math.abs(reads - all / share) < 1e-6);
      if (all > 0) assert.ok(Math.abs(hits / reads - (join.hitRate ?? Number.NaN)) < 1e-9);
      assert.equal(join.hotKeys * share, found.filter(({ pastReads }) => pastReads > 0).length);
      if (share === 1 && all > 0) assert.equal(join.hitRateError, 0);
    }),
  );
});
