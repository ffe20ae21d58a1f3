import assert from 'node:assert/strict';
import { test } from 'node:test';
import { mergeSeries } from '../../../../src/core/history/series-codec.ts';
import { mainSpanOf, within } from '../../../../src/core/history/traffic/main-span.ts';
import { dayMs, everyMinute, minuteMs, mondayMs, replicaOf } from './traffic-example.ts';

const steady = replicaOf(
  'r',
  mondayMs,
  everyMinute(3 * 1440, () => 1),
);
const stray = (atMs: number) => replicaOf('stray', atMs, [1]);

test('without strays the main span is the whole', () => {
  assert.deepEqual(mainSpanOf(minuteMs, [steady]), {
    fromMs: steady.firstMs,
    toMs: steady.lastMs,
    strayEvents: 0,
  });
});

test('a few events decades away are strays, and are left out of the replica that has them', () => {
  const old = stray(dayMs);
  const odd = {
    ...steady,
    firstMs: old.firstMs,
    reads: steady.reads + 1,
    perBucket: mergeSeries(old.perBucket, steady.perBucket),
  };
  const span = mainSpanOf(minuteMs, [odd, stray(mondayMs + 9000 * dayMs)]);
  assert.deepEqual(span, { fromMs: steady.firstMs, toMs: steady.lastMs, strayEvents: 2 });
  assert.deepEqual(within(span, minuteMs, odd), steady);
  assert.equal(within(span, minuteMs, stray(dayMs)).perBucket.buckets.length, 0);
});

test('what is near belongs to the others, and so does what is more than a thousandth', () => {
  assert.equal(mainSpanOf(minuteMs, [steady, stray(mondayMs - dayMs / 2)]).strayEvents, 0);
  const many = replicaOf(
    'many',
    dayMs,
    everyMinute(20, () => 1),
  );
  assert.equal(mainSpanOf(minuteMs, [steady, many]).strayEvents, 0);
  assert.equal(mainSpanOf(minuteMs, [steady, stray(mondayMs - 20 * dayMs)]).strayEvents, 0);
});
