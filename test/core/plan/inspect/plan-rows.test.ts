import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  listedEntries,
  sortedEntries,
  sortOrders,
  wholeView,
} from '../../../../src/core/plan/inspect/plan-rows.ts';
import type { PlanEntry } from '../../../../src/core/plan/prefetch-plan.ts';
import { anyEntries, entry, indexOf } from './plan-examples.ts';

const figures: Record<string, (entry: PlanEntry, place: number) => number> = {
  plan: (_, place) => -place,
  confidence: ({ confidence }) => confidence,
  reads: ({ expectedReads }) => expectedReads,
  writes: ({ expectedWrites }) => expectedWrites,
  size: ({ sizeBytes = -1 }) => sizeBytes,
  time: ({ expectedAt }) => -Date.parse(expectedAt),
};

test('entries are sorted by any figure, both ways, and equal ones stay in the order of the plan', async (t) => {
  await fc.assert(
    fc.asyncProperty(
      anyEntries,
      fc.constantFrom(...sortOrders),
      fc.boolean(),
      async (entries, sort, reverse) => {
        const index = await indexOf(t, entries);
        const values = entries.map((one, place) => figures[sort]?.(one, place) ?? 0);
        const places = [...entries.keys()];
        const expected = places.sort((a, b) => (reverse ? 1 : -1) * ((values[a] ?? 0) - (values[b] ?? 0)));
        assert.deepEqual([...sortedEntries(index, sort, reverse)], expected);
      },
    ),
    { seed: 6, numRuns: 120 },
  );
});

test('a view lists those of a confidence, a donor and a model, in the order that they came in', async (t) => {
  const index = await indexOf(t, [
    entry('a', { confidence: 0.9, donor: 'us-east', model: 'decay' }),
    entry('b', { confidence: 0.8, donor: 'us-west' }),
    entry('c', { confidence: 0.7, donor: undefined }),
    entry('d', { confidence: 0.6, donor: 'us-west' }),
  ]);
  const backwards = sortedEntries(index, 'plan', true);
  const list = (view: Partial<typeof wholeView>) => [
    ...listedEntries(index, backwards, { ...wholeView, ...view }),
  ];
  assert.deepEqual(list({}), [3, 2, 1, 0]);
  assert.deepEqual(list({ leastConfidence: 0.7 }), [2, 1, 0]);
  assert.deepEqual(list({ donor: 'us-west' }), [3, 1]);
  assert.deepEqual(list({ donor: '' }), [2]);
  assert.deepEqual(list({ model: 'decay' }), [0]);
  assert.deepEqual(list({ model: 'oracle', donor: 'us-west' }), []);
});
