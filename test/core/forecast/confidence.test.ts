import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { confidenceAt, fitConfidence, noScore, type Outcome } from '../../../src/core/forecast/confidence.ts';
import { seededRandom } from '../../../src/core/forecast/seeded-random.ts';
import { poisson } from './poisson.ts';

const outcome = fc
  .record({
    logShare: fc.oneof(fc.constant(noScore), fc.double({ min: -30, max: 0, noNaN: true })),
    logVolume: fc.double({ min: -2, max: 15, noNaN: true }),
    keys: fc.integer({ min: 1, max: 1000 }),
    readShare: fc.double({ min: 0, max: 1, noNaN: true }),
  })
  .map(({ keys, readShare, ...rest }): Outcome => {
    const hits = Math.round(keys * readShare);
    return { ...rest, keys, hits, reads: hits };
  });

test('a confidence lies within (0, 1) and never falls with the share', () => {
  fc.assert(
    fc.property(
      fc.array(outcome, { minLength: 1, maxLength: 40 }),
      fc.array(
        fc.oneof(fc.constant(noScore), fc.constant(-Infinity), fc.double({ min: -40, max: 1, noNaN: true })),
        { minLength: 2 },
      ),
      fc.double({ min: -5, max: 20, noNaN: true }),
      (outcomes, shares, logVolume) => {
        const curve = fitConfidence(outcomes);
        assert.ok(curve);
        let before = 0;
        for (const share of shares.sort((a, b) => a - b)) {
          const confidence = confidenceAt(curve, share, logVolume);
          assert.ok(confidence > 0 && confidence < 1);
          assert.ok(confidence >= before - 1e-12);
          before = confidence;
        }
      },
    ),
    { seed: 21 },
  );
});

test('keys that are read at a known rate get its probability', () => {
  const random = seededRandom(5);
  const volume = 1000;
  const outcomes = Array.from({ length: 60 }, (_, i): Outcome => {
    const share = 10 ** (-4 + i / 20);
    const keys = 400;
    let hits = 0;
    for (let k = 0; k < keys; k++) if (poisson(share * volume, random) > 0) hits++;
    return { logShare: Math.log(share), logVolume: Math.log(volume), keys, hits, reads: hits };
  });
  const curve = fitConfidence(outcomes);
  assert.ok(curve);
  for (const expected of [0.2, 0.5, 1, 2, 4]) {
    const found = confidenceAt(curve, Math.log(expected / volume), Math.log(volume));
    assert.ok(Math.abs(found - (1 - Math.exp(-expected))) < 0.04, `${expected}: ${found}`);
  }
});

test('where every one of a few keys was read, or none, the confidence is far from certain', () => {
  const all = fitConfidence([{ logShare: -1, logVolume: 3, keys: 5, hits: 5, reads: 9 }]);
  const none = fitConfidence([{ logShare: -1, logVolume: 3, keys: 5, hits: 0, reads: 0 }]);
  assert.ok(all && none);
  assert.ok(confidenceAt(all, -1, 3) < 0.99);
  assert.ok(confidenceAt(none, -1, 3) > 0.01);
});

test('what draws a small block to the average does not put it under a large one', () => {
  const curve = fitConfidence([
    { logShare: -9, logVolume: 0, keys: 4000, hits: 0, reads: 0 },
    { logShare: -5, logVolume: 0, keys: 1000, hits: 500, reads: 500 },
    { logShare: -4, logVolume: 0, keys: 9, hits: 5, reads: 5 },
  ]);
  assert.ok(curve);
  assert.ok(confidenceAt(curve, -4, 0) >= confidenceAt(curve, -5, 0));
});

test('without outcomes there is no curve', () => {
  assert.equal(fitConfidence([]), undefined);
});
