import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  emptySignals,
  fillSignals,
  isKnown,
  signalCount,
} from '../../../../src/core/forecast/series/signals.ts';
import { valueAt } from '../value-at.ts';
import { type Access, columnsOf, decayed, exampleSeries } from './example-columns.ts';

const horizonBuckets = 24;
const spanBuckets = 400;
const reads = (access: Access) => access.reads;
const any = (access: Access) => access.reads + access.writes;

test('the signals of every key at every origin are those of the definition', () => {
  fc.assert(
    fc.property(
      fc.array(exampleSeries(spanBuckets), { minLength: 1, maxLength: 6 }),
      fc.uniqueArray(fc.integer({ min: -5, max: spanBuckets + 5 }), { minLength: 1, maxLength: 6 }),
      fc.nat(6),
      (series, unsorted, cut) => {
        const origins = unsorted.sort((a, b) => a - b);
        const signals = emptySignals(series.length, origins.length);
        const middle = Math.min(cut, series.length);
        for (const [start, end] of [[middle, series.length] as const, [0, middle] as const])
          fillSignals(columnsOf(series), { origins, horizonBuckets, spanBuckets }, signals, start, end);
        for (const [o, origin] of origins.entries()) {
          const told = valueAt(signals, o);
          for (const [key, one] of series.entries()) {
            const known = one.accesses.some(({ bucket }) => bucket < origin);
            assert.equal(isKnown(told, key), known);
            if (!known) continue;
            const expected = [
              decayed(one, origin, horizonBuckets / 2, reads),
              decayed(one, origin, horizonBuckets * 4, reads),
              decayed(one, origin, horizonBuckets / 4, any),
            ];
            for (const [s, value] of expected.entries()) {
              const found = valueAt(told, key * signalCount + s);
              assert.ok(Math.abs(found - value) <= 1e-5 * value + 1e-12, `${found} ${value}`);
            }
          }
        }
      },
    ),
    { seed: 71 },
  );
});
