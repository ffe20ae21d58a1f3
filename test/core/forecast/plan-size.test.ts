import assert from 'node:assert/strict';
import { test } from 'node:test';
import { judgedShare, planClass, plannedShare, planSizeOf } from '../../../src/core/forecast/plan-size.ts';
import { columnsOf } from './series/example-columns.ts';

const sized = (...sizes: (number | undefined)[]) =>
  columnsOf(
    sizes.map((size) => ({
      accesses: [{ bucket: 0, reads: 1, writes: 0 }],
      ...(size === undefined ? {} : { sizeBytes: size }),
    })),
  );

test('a budget is a share of the keys, by its bytes at the mean size', () => {
  const columns = sized(100, 300, undefined, 200);
  assert.equal(planSizeOf(columns, {}).budgetShare, undefined);
  assert.equal(planSizeOf(columns, { budgetKeys: 1 }).budgetShare, 1 / 4);
  assert.equal(planSizeOf(columns, { budgetBytes: 400 }).budgetShare, 1 / 2);
  assert.equal(planSizeOf(columns, { budgetBytes: 400, budgetKeys: 1 }).budgetShare, 1 / 4);
  assert.equal(planSizeOf(columns, { budgetKeys: 9 }).budgetShare, 1);
  assert.equal(planSizeOf(sized(undefined, undefined), { budgetBytes: 256 }).budgetShare, 1 / 2);
});

test('orders are judged at the budget, and at a fifth of the keys where none limits the plan', () => {
  const at = (budgetShare: number | undefined) => judgedShare({ budgetShare, minConfidence: 0.5 });
  assert.deepEqual([at(0.4), at(0.001), at(undefined), at(1)], [0.4, 0.001, 0.2, 0.2]);
});

test('a plan has the keys that its budget has room for and that are sure enough', () => {
  const confidence = Float64Array.of(0.9, 0.2, 0.5, 0.4);
  const of = (budgetShare: number | undefined, minConfidence: number) =>
    plannedShare({ budgetShare, minConfidence }, confidence);
  assert.deepEqual([of(undefined, 0.5), of(undefined, 0), of(0.25, 0.5), of(1, 1)], [0.5, 1, 0.25, 0]);
});

test('plans of about the same size share a choice', () => {
  const of = (budgetShare: number | undefined) => planClass({ budgetShare, minConfidence: 0.5 });
  assert.equal(of(0.1), of(0.11));
  assert.equal(of(1), of(undefined));
  assert.equal(new Set([of(0.1), of(0.01), of(undefined), of(1e-12)]).size, 4);
});
