import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import fc from 'fast-check';
import { pairEntries, unpaired } from '../../../../src/core/plan/diff/pair-entries.ts';
import { diffPlans } from '../../../../src/core/plan/diff/plan-difference.ts';
import type { PlanEntry, PlanHeader } from '../../../../src/core/plan/prefetch-plan.ts';
import { anyEntries, entry, indexOf, manyEntries } from '../inspect/plan-examples.ts';

async function diff(
  t: TestContext,
  a: PlanEntry[],
  b: PlanEntry[],
  { headerA = {}, headerB = {} }: { headerA?: Partial<PlanHeader>; headerB?: Partial<PlanHeader> } = {},
) {
  return diffPlans(await indexOf(t, a, headerA), await indexOf(t, b, headerB), { limit: 5 });
}

test('entries of the same key are paired, for any two plans', async (t) => {
  await fc.assert(
    fc.asyncProperty(anyEntries, anyEntries, async (a, b) => {
      const pairs = await pairEntries(await indexOf(t, a), await indexOf(t, b));
      const left = b.map(({ key }) => JSON.stringify(key));
      const expected = a.map(({ key }) => {
        const place = left.indexOf(JSON.stringify(key));
        if (place < 0) return unpaired;
        left[place] = '';
        return place;
      });
      assert.deepEqual([...pairs], expected);
    }),
    { seed: 11, numRuns: 120 },
  );
});

test('a plan is the same as itself, and the figures of two plans add up', async (t) => {
  await fc.assert(
    fc.asyncProperty(anyEntries, anyEntries, async (a, b) => {
      const own = await diff(t, a, a);
      assert.equal(own.same, true);
      assert.equal(own.unchanged.keys, a.length);
      const two = await diff(t, a, b);
      assert.equal(two.dropped.keys + two.changed.keys + two.unchanged.keys, a.length);
      assert.equal(two.added.keys + two.changed.keys + two.unchanged.keys, b.length);
    }),
    { seed: 12, numRuns: 60 },
  );
});

test('what was added, dropped and changed is told with what it is worth, most reads first', async (t) => {
  const a = [
    entry('stays'),
    entry('moves', { expectedReads: 5 }),
    entry('surer', { confidence: 0.5 }),
    entry('goes', { expectedReads: 9, sizeBytes: 10 }),
    entry('1'),
  ];
  const b = [
    entry('surer', { confidence: 0.6, pinned: true }),
    entry('stays'),
    entry('moves', { expectedReads: 8, donor: 'us-west', expectedAt: '2026-01-31T09:00:00.000Z' }),
    entry(1, { expectedReads: 1 }),
    entry('comes', { expectedReads: 3, sizeBytes: 20 }),
  ];
  const found = await diff(t, a, b, { headerB: { expectedHitRate: 0.9, extra: [1] } });
  assert.equal(found.same, false);
  assert.equal(found.reordered, true);
  assert.deepEqual(found.added, { keys: 2, expectedReads: 4, bytes: 120 });
  assert.deepEqual(found.dropped, { keys: 2, expectedReads: 11, bytes: 110 });
  assert.deepEqual(
    found.first.added.map(({ key, place }) => [key, place]),
    [
      ['comes', 5],
      [1, 4],
    ],
  );
  assert.deepEqual(
    found.first.dropped.map(({ key }) => key),
    ['goes', '1'],
  );
  assert.deepEqual(
    found.first.changed.map(({ a: from, b: to, fields }) => [from.key, from.place, to.place, fields]),
    [
      ['moves', 2, 3, ['expectedReads', 'expectedAt', 'donor']],
      ['surer', 3, 1, ['confidence', 'pinned']],
    ],
  );
  assert.deepEqual(found.changed.byField.expectedReads, 1);
  assert.deepEqual(found.header, [
    { field: 'expectedHitRate', a: 0.8, b: 0.9 },
    { field: 'extra', a: undefined, b: [1] },
  ]);
});

test('donors and models are compared by name, in whichever order a plan has them first', async (t) => {
  const a = [
    entry('a', { donor: 'us-east' }),
    entry('b', { donor: 'us-west' }),
    entry('c', { donor: undefined }),
  ];
  const found = await diff(t, a, a.toReversed());
  assert.deepEqual([found.changed.keys, found.reordered, found.same], [0, true, false]);
  const without = await diff(t, a, [entry('a', { donor: undefined }), ...a.slice(1)]);
  assert.deepEqual(without.changed.byField.donor, 1);
});

test('plans of other tables are refused; one that names none is compared with any', async (t) => {
  const entries = manyEntries(3);
  await assert.rejects(
    diff(t, entries, entries, { headerA: { table: 'items' }, headerB: { table: 'users' } }),
    { code: 'plan-foreign', kind: 'data', message: /items, the other for users/ },
  );
  const found = await diff(t, entries, entries, { headerA: { table: 'items' } });
  assert.deepEqual(found.header, [{ field: 'table', a: 'items', b: undefined }]);
});
