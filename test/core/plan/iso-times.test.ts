import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { IsoTimes } from '../../../src/core/plan/iso-times.ts';

test('a time is written as a Date writes it', () => {
  const time = fc.oneof(
    fc.date({ noInvalidDate: true }).map(Number),
    fc.integer({ min: -5_000_000, max: 5_000_000 }),
    fc.constantFrom(0, -1, 8.64e15, -8.64e15),
  );
  const times = new IsoTimes();
  fc.assert(
    fc.property(time, (ms) => assert.equal(times.text(ms), new Date(ms).toISOString())),
    { seed: 12, numRuns: 1000 },
  );
  assert.throws(() => times.text(8.64e15 + 3_600_000), RangeError);
});
