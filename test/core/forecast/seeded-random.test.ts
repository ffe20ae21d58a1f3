import assert from 'node:assert/strict';
import { test } from 'node:test';
import { seededRandom } from '../../../src/core/forecast/seeded-random.ts';

test('numbers are spread evenly over 0 to 1, and those of neighbouring seeds are unlike', () => {
  const a = seededRandom(1);
  const b = seededRandom(2);
  const bins = new Array<number>(10).fill(0);
  let together = 0;
  for (let i = 0; i < 20_000; i++) {
    const x = a();
    const bin = Math.floor(x * 10);
    bins[bin] = (bins[bin] ?? Number.NaN) + 1;
    together += (x - 0.5) * (b() - 0.5);
  }
  for (const count of bins) assert.ok(Math.abs(count - 2000) < 200);
  assert.ok(Math.abs(together / 20_000) < 0.003);
});
