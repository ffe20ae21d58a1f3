import assert from 'node:assert/strict';
import { test } from 'node:test';
import { uncalibratedConfidence } from '../../../src/core/forecast/uncalibrated.ts';
import { columnsOf } from './series/example-columns.ts';
import { valueAt } from './value-at.ts';

const readsOf = (...counts: number[]) => ({
  accesses: counts.map((reads, bucket) => ({ bucket, reads, writes: 1 })),
});

test('what is known from few reads is less sure than what many tell', () => {
  const columns = columnsOf([readsOf(1), readsOf(1, 2), readsOf(1000, 3000), readsOf(0)]);
  const confidence = uncalibratedConfidence(Float64Array.of(1, 1, 1, 0), columns);
  assert.equal(confidence[0], 0.5);
  assert.ok(Math.abs(valueAt(confidence, 1) - (1 - (3 / 4) ** 3)) < 1e-12);
  assert.ok(Math.abs(valueAt(confidence, 2) - (1 - Math.exp(-1))) < 1e-3);
  assert.equal(confidence[3], 1e-4);
});
