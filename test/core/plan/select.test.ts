import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { ForesyncError } from '../../../src/core/errors.ts';
import { markKeys } from '../../../src/core/plan/key-marks.ts';
import { readKeyPatterns } from '../../../src/core/plan/key-patterns.ts';
import { type PlanLimits, type SelectionOptions, selectKeys } from '../../../src/core/plan/select.ts';
import { candidates, type ExampleKey, hourMs } from './candidates-example.ts';

const snapshot = { startMs: 0, durationMs: 2 * hourMs, from: 'flag' } as const;

function chosen(keys: ExampleKey[], limits: PlanLimits, options?: SelectionOptions) {
  const of = candidates(keys);
  const selection = selectKeys(of, limits, options);
  return { ...selection, keys: [...selection.order].map((place) => of.keys[place]) };
}

const marked = (keys: ExampleKey[], pin: string[], exclude: string[] = []) => {
  const read = (patterns: string[]) => readKeyPatterns([{ patterns, folder: '.' }]);
  return markKeys(
    keys.map(({ key }) => key),
    { pin: read(pin), exclude: read(exclude) },
  );
};

test('a key that is hardly to be read again is not planned, however frequent it was', () => {
  const keys = [
    { key: 'retired', confidence: 0.1, reads: 500 },
    { key: 'steady', confidence: 0.9, reads: 2 },
  ];
  for (const budget of [{}, { budgetKeys: 5 }, { budgetBytes: 10_000 }])
    assert.deepEqual(chosen(keys, { minConfidence: 0.5, ...budget }).keys, ['steady']);
});

test('under a budget in bytes, what is written more than read early waits for the snapshot', () => {
  const keys = [
    { key: 'written', reads: 3, writes: 30 },
    { key: 'both', reads: 12, writes: 2 },
    { key: 'read', reads: 11.5 },
    { key: 'unsure', reads: 1, writes: 9, confidence: 0.2 },
  ];
  const limits = { minConfidence: 0.5, budgetBytes: 1000 };
  const { keys: order, worthless } = chosen(keys, limits, { snapshot });
  assert.deepEqual([order, worthless], [['read', 'both'], 1]);
  const byReads = chosen(keys, { minConfidence: 0.5 }, { snapshot });
  assert.deepEqual([byReads.keys, byReads.worthless], [['both', 'read', 'written'], 0]);
});

test('threshold and both budgets apply together', () => {
  const keys = [
    { key: 'doubtful', confidence: 0.4, reads: 90, size: 10 },
    { key: 'large', reads: 80, size: 900 },
    { key: 'small', reads: 10, size: 10 },
    { key: 'middle', reads: 40, size: 100 },
    { key: 'least', reads: 0.6, size: 10 },
  ];
  const limits = { minConfidence: 0.5, budgetBytes: 950, budgetKeys: 3 };
  assert.deepEqual(chosen(keys, limits).keys, ['small', 'middle', 'least']);
  assert.deepEqual(chosen(keys, { ...limits, budgetKeys: 2 }).keys, ['small', 'middle']);
});

const shop = [
  { key: 'a', reads: 9 },
  { key: 'b', reads: 8, confidence: 0.1 },
  { key: 'c', reads: 7, writes: 9999 },
  { key: 'd', reads: 6 },
  { key: 'e', reads: 0, confidence: 0, writes: 3 },
];

test('pinned keys come first whatever they are worth, then those never seen, then the others', async () => {
  const marks = await marked(shop, ['e', 'new', 'b', 'gone'], ['a', 'gone']);
  for (const budget of [{}, { budgetBytes: 500 }]) {
    const selection = chosen(shop, { minConfidence: 0.5, ...budget }, { marks, snapshot });
    assert.deepEqual(selection.keys.slice(0, 2), ['b', 'e']);
    assert.ok(selection.keys.includes('d') && !selection.keys.includes('a'));
    assert.deepEqual([selection.pinned, selection.excluded, selection.unseen], [2, 1, ['new']]);
  }
});

test('the budgets count pinned keys, seen or not', async () => {
  const marks = await marked(shop, ['e', 'new']);
  const by = (budget: Partial<PlanLimits>) => chosen(shop, { minConfidence: 0.5, ...budget }, { marks });
  assert.deepEqual(by({ budgetKeys: 3 }).keys, ['e', 'a']);
  assert.deepEqual(by({ budgetKeys: 2 }).keys, ['e']);
  assert.deepEqual(by({ budgetBytes: 399 }).keys, ['e', 'a']);
  assert.deepEqual([by({ budgetBytes: 200 }).bytes, by({ budgetBytes: 200 }).assumedSizeBytes], [200, 100]);
  for (const budget of [{ budgetKeys: 1 }, { budgetBytes: 199 }]) {
    assert.throws(
      () => by(budget),
      (error) =>
        error instanceof ForesyncError && error.code === 'pins-over-budget' && error.kind === 'usage',
    );
  }
});

test('whatever is asked for: budgets are kept, nothing is excluded and planned, and the same comes again', async () => {
  const key = fc.record({
    confidence: fc.double({ min: 0, max: 1, noNaN: true }),
    reads: fc.double({ min: 0, max: 1000, noNaN: true }),
    writes: fc.double({ min: 0, max: 1000, noNaN: true }),
    size: fc.oneof(fc.integer({ min: 0, max: 500 }), fc.constant(Number.NaN)),
    lastReadMs: fc.constantFrom(Number.NEGATIVE_INFINITY, 0, 5),
  });
  await fc.assert(
    fc.asyncProperty(
      fc.array(key, { maxLength: 40 }),
      fc.record({
        minConfidence: fc.double({ min: 0, max: 1, noNaN: true }),
        budgetKeys: fc.option(fc.integer({ min: 1, max: 50 }), { nil: undefined }),
        budgetBytes: fc.option(fc.integer({ min: 1, max: 9000 }), { nil: undefined }),
      }),
      async (figures, limits) => {
        const keys = figures.map((figure, i) => ({ key: `k${i}`, ...figure }));
        const marks = await marked(keys, [], ['k?5', 'k7']);
        const { keys: order, bytes } = chosen(keys, limits, { marks, snapshot });
        assert.deepEqual(chosen(keys, limits, { marks, snapshot }).keys, order);
        assert.equal(new Set(order).size, order.length);
        assert.ok(order.every((name) => !/^k.5$|^k7$/.test(name ?? '')));
        assert.ok(
          order.length <= (limits.budgetKeys ?? Infinity) && bytes <= (limits.budgetBytes ?? Infinity),
        );
      },
    ),
    { seed: 91 },
  );
});

test('sized for a join, a plan has the keys that are worth it in a table of so many rows, and the pinned ones', async () => {
  const keys = [
    { key: 'rare', reads: 0.02, confidence: 0.02 },
    { key: 'hot', reads: 40 },
    { key: 'warm', reads: 2, confidence: 0.4 },
    { key: 'never', reads: 0, confidence: 0 },
  ];
  const by = (rows: number, options?: SelectionOptions) =>
    chosen(keys, { minConfidence: 0, sizedFor: { rows, from: 'flag' } }, options).keys;
  assert.deepEqual(by(1_000_000), ['hot', 'warm', 'rare']);
  assert.deepEqual(by(50), ['hot', 'warm', 'rare'], 'of the other rows nobody reads any');
  assert.deepEqual(by(50, { unknownReads: 30 }), ['hot']);
  assert.deepEqual(by(4), []);
  const marks = await marked(keys, ['never']);
  assert.deepEqual(by(4, { marks }), ['never']);
  assert.deepEqual(by(50, { unknownReads: 10_000 }), [], 'most reads are of rows that nobody knows');
});

test('the order goes by what is asked for, whatever budget there is', () => {
  const keys = [
    { key: 'large', reads: 12, size: 1000 },
    { key: 'small', reads: 6, size: 100 },
    { key: 'written', reads: 11, writes: 40, size: 100 },
  ];
  const by = (order: PlanLimits['order'], limits: Partial<PlanLimits> = {}) =>
    chosen(keys, { minConfidence: 0.5, order, ...limits }, { snapshot }).keys;
  assert.deepEqual(by(undefined), ['large', 'written', 'small']);
  assert.deepEqual(by('reads'), ['large', 'written', 'small']);
  assert.deepEqual(by('reads-per-byte'), ['written', 'small', 'large']);
  assert.deepEqual(by('early-value')[0], 'small');
  assert.deepEqual(by('reads', { budgetBytes: 1100 }), ['large', 'written']);
  assert.deepEqual(by(undefined, { budgetBytes: 1100 }), by('early-value', { budgetBytes: 1100 }));
});
