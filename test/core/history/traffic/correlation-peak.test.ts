import assert from 'node:assert/strict';
import { test } from 'node:test';
import { seededRandom } from '../../../../src/core/forecast/seeded-random.ts';
import { correlationPeak } from '../../../../src/core/history/traffic/correlation-peak.ts';

const length = 4000;

function noise(seed: number): Float64Array {
  const random = seededRandom(seed);
  return Float64Array.from({ length }, () => random() - 0.5);
}

/** Adds the shared values to both, to b so much later. */
function sharing(shared: Float64Array, lag: number, from = 0, to = length): [Float64Array, Float64Array] {
  const [a, b] = [noise(1), noise(2)];
  for (let i = from; i < to; i++) {
    a[i] = (a[i] as number) + (shared[i] as number);
    if (i + lag < length) b[i + lag] = (b[i + lag] as number) + (shared[i] as number);
  }
  return [a, b];
}

test('what is shared all the time is a peak at its lag', () => {
  const peak = correlationPeak(...sharing(noise(3), 20), 100);
  assert.ok(typeof peak === 'object' && peak.lag === 20 && Math.abs(peak.correlation - 0.5) < 0.05);
  assert.equal(correlationPeak(noise(1), noise(2), 100), 'no-peak');
});

test('what is shared in one half alone is no peak of the whole', () => {
  assert.equal(correlationPeak(...sharing(noise(3), 20, 0, length / 2), 100), 'several-peaks');
});

test('two lags that do as well as each other are no peak', () => {
  const [a, b] = sharing(noise(3), 20);
  const [, later] = sharing(noise(3), 60);
  assert.equal(
    correlationPeak(
      a,
      b.map((value, i) => value + (later[i] as number)),
      100,
    ),
    'several-peaks',
  );
});

test('a few moments, however alike, are no peak', () => {
  const moments = new Float64Array(length);
  for (const at of [300, 1200, 2500, 3600]) moments[at] = 12;
  assert.equal(correlationPeak(...sharing(moments, 20), 100), 'no-peak');
});
