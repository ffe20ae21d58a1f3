import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { thinnedConfidence } from '../../../src/core/metrics/thinned-confidence.ts';

const close = (actual: number, expected: number) =>
  assert.ok(Math.abs(actual - expected) < 1e-6, `${actual}, not ${expected}`);

test('of independent reads it is that of the thinned rate', () => {
  close(thinnedConfidence(1 - Math.exp(-2), 2, 0.3), 1 - Math.exp(-0.6));
  close(thinnedConfidence(1 - Math.exp(-3), 2, 0.5), 1 - Math.exp(-1.5));
  assert.equal(thinnedConfidence(1, 1e9, 0.3), 1);
});

test('of reads that come geometrically it is that of the thinned geometric count', () => {
  // Dispersion 1: P(no read) = 1 / (1 + mean).
  close(thinnedConfidence(1 - 1 / 5, 4, 0.25), 1 - 1 / 2);
  close(thinnedConfidence(1 - 1 / 101, 100, 0.03), 1 - 1 / 4);
});

test('many reads in few bursts are thinned little, few reads are thinned much', () => {
  assert.ok(thinnedConfidence(0.5, 1000, 0.3) > 0.45);
  assert.ok(thinnedConfidence(0.5, 0.7, 0.3) < 0.2);
});

test('it stays a probability, never above the confidence, rising with the share; all of the log leaves it', () => {
  const share = fc.double({ min: 0, max: 1, noNaN: true });
  fc.assert(
    fc.property(share, fc.double({ min: 0, max: 1e7, noNaN: true }), share, share, (p, reads, a, b) => {
      const [less, more] = [Math.min(a, b), Math.max(a, b)].map((s) => thinnedConfidence(p, reads, s));
      assert.ok(less !== undefined && more !== undefined);
      assert.ok(less >= 0 && less <= more + 1e-9 && more <= p + 1e-9, `${less} ${more} ${p}`);
      assert.equal(thinnedConfidence(p, reads, 1), p);
    }),
    { seed: 5 },
  );
});
