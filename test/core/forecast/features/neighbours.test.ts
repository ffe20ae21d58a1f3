import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { keyOrder } from '../../../../src/core/forecast/features/key-order.ts';
import { Neighbours, neighbourFeatureNames } from '../../../../src/core/forecast/features/neighbours.ts';
import { signalCount } from '../../../../src/core/forecast/series/signals.ts';
import { valueAt } from '../value-at.ts';

const widths = [2, 8, 32, 128];
const names = neighbourFeatureNames('name');

/** What is said of a key's neighbours in a list, by the definition. */
function naive(list: number[], place: number, signals: Float32Array[]): number[] {
  return signals.flatMap((signal) => {
    const of = (at: number) => (at in list ? valueAt(signal, valueAt(list, at)) : 0);
    const around = widths.map((width) => {
      const others = list.map((_, at) => at).filter((at) => at !== place && Math.abs(at - place) <= width);
      return others.reduce((sum, at) => sum + of(at), 0) / Math.max(1, others.length);
    });
    return [of(place - 1), of(place + 1), ...around];
  });
}

test('the neighbours of a key are those that are known, in the order given', () => {
  const key = fc.record({
    known: fc.oneof(fc.constant(true), fc.boolean()),
    signals: fc.tuple(fc.nat(50), fc.nat(50), fc.nat(50)),
    rank: fc.double({ noNaN: true }),
  });
  fc.assert(
    fc.property(fc.array(key, { maxLength: 300, size: 'max' }), (keys) => {
      const order = keys.map((_, i) => i).sort((a, b) => valueAt(keys, a).rank - valueAt(keys, b).rank);
      const signals = [0, 1, 2].map((s) => Float32Array.from(keys, (one) => valueAt(one.signals, s)));
      const known = (at: number) => valueAt(keys, at).known;
      const together = new Float32Array(keys.length * signalCount).fill(-1);
      for (const [at, one] of keys.entries()) if (one.known) together.set(one.signals, at * signalCount);
      const neighbours = new Neighbours(keyOrder(Uint32Array.from(order)));
      neighbours.moveTo(new Float32Array(together.length).fill(1));
      neighbours.moveTo(together);
      const list = order.filter(known);
      for (const [place, at] of list.entries()) {
        const row = new Float32Array(names.length + 1);
        assert.equal(neighbours.write(at, row, 1), row.length);
        const expected = naive(list, place, signals);
        for (const [i, name] of names.entries())
          assert.ok(Math.abs(valueAt(row, i + 1) - valueAt(expected, i)) < 1e-4, name);
      }
    }),
    { seed: 92, numRuns: 30 },
  );
});
