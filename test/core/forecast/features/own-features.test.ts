import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { OwnFeatures, ownFeatureNames } from '../../../../src/core/forecast/features/own-features.ts';
import { columnsOf, type ExampleSeries, exampleSeries, shifted } from '../series/example-columns.ts';
import { naiveFeatures } from './naive-features.ts';

const bucketMs = 3_600_000;
const span = 24 * 60;
const scaleOf = (horizonBuckets: number, sizesKnown: boolean) => ({
  bucketMs,
  horizonBuckets,
  sizesKnown,
  spanBuckets: span,
});

function features(one: ExampleSeries, origin: number, horizonBuckets: number): Float32Array {
  const row = new Float32Array(ownFeatureNames.length + 3);
  const own = new OwnFeatures(columnsOf([one]), scaleOf(horizonBuckets, one.sizeBytes !== undefined));
  assert.equal(own.write(0, origin, row, 2), row.length - 1);
  assert.deepEqual([row[0], row[1], row.at(-1)], [0, 0, 0], 'written outside its place');
  return row.slice(2, -1);
}

const at = fc
  .record({
    one: exampleSeries(span),
    after: fc.integer({ min: 1, max: span }),
    horizonBuckets: fc.constantFrom(1, 6, 24, 100, 168),
  })
  .map(({ one, after, horizonBuckets }) => ({
    one,
    origin: Math.min(span, (one.accesses[0]?.bucket ?? 0) + after),
    horizonBuckets,
  }));

test('every feature is what its name says', () => {
  fc.assert(
    fc.property(at, ({ one, origin, horizonBuckets }) => {
      const found = features(one, origin, horizonBuckets);
      const naive = naiveFeatures(one, origin, horizonBuckets);
      for (const [i, name] of ownFeatureNames.entries()) {
        const [a = Number.NaN, b = Number.NaN] = [found[i], naive.get(name)];
        assert.ok(Number.isFinite(a), `${name}: ${a}`);
        assert.ok(
          Number.isNaN(b) || Math.abs(a - b) <= 2e-5 * Math.max(1e-3, Math.abs(b)),
          `${name}: ${a}, not ${b}`,
        );
      }
    }),
    { seed: 81, numRuns: 300 },
  );
});

test('what comes after the origin changes nothing that is known at it', () => {
  fc.assert(
    fc.property(at, ({ one, origin, horizonBuckets }) => {
      const past = { ...one, accesses: one.accesses.filter(({ bucket }) => bucket < origin) };
      assert.deepEqual(features(one, origin, horizonBuckets), features(past, origin, horizonBuckets));
    }),
    { seed: 82 },
  );
});

test('the same accesses weeks earlier, before 1970 or across it, have the same features', () => {
  fc.assert(
    fc.property(at, fc.integer({ min: -20, max: 20 }), ({ one, origin, horizonBuckets }, weeks) => {
      const shift = weeks * 168;
      const moved = shifted([one], shift)[0] ?? one;
      const slotBuckets = Math.max(1, Math.round(horizonBuckets / 24));
      fc.pre(shift % slotBuckets === 0);
      assert.deepEqual(
        features(moved, origin + shift, horizonBuckets),
        features(one, origin, horizonBuckets),
      );
    }),
    { seed: 83 },
  );
});

test('a size is told only where every key has one: having one may tell of what was still to come', () => {
  const series: ExampleSeries = { accesses: [{ bucket: 1, reads: 1, writes: 0 }], sizeBytes: 77 };
  const place = ownFeatureNames.indexOf('size');
  const sizeWhere = (sizesKnown: boolean) => {
    const row = new Float32Array(ownFeatureNames.length);
    new OwnFeatures(columnsOf([series]), scaleOf(24, sizesKnown)).write(0, 30, row, 0);
    return row[place];
  };
  assert.deepEqual([sizeWhere(true), sizeWhere(false)], [77, -1]);
});
