import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { seededRandom } from '../../../../src/core/forecast/seeded-random.ts';
import { fineFrom } from '../../../../src/core/history/traffic/fine-part.ts';
import { gapsOf } from '../../../../src/core/history/traffic/gaps.ts';
import { poisson } from '../../forecast/poisson.ts';
import { dayMs, everyMinute, hourMs, minuteMs, mondayMs, replicaOf } from './traffic-example.ts';

const week = 7 * 1440;
const byDay = (minute: number) => 3 * (1 + Math.sin((minute / 1440) * 2 * Math.PI));

function traffic(
  seed: number,
  minutes: number,
  mean: (minute: number) => number,
  isSilent = (_: number) => false,
) {
  const random = seededRandom(seed);
  return everyMinute(minutes, (minute) => (isSilent(minute) ? 0 : poisson(mean(minute), random)));
}

const between = (from: number, to: number) => (minute: number) => minute >= from && minute < to;

test('a silence that is not usual at such hours is a gap, with what was to be expected', () => {
  const begin = 4 * 1440 + 300;
  const reads = traffic(1, week, () => 3, between(begin, begin + 120));
  const { largest, more } = gapsOf(minuteMs, [replicaOf('r', mondayMs, reads)]);
  assert.equal(more, 0);
  assert.equal(largest.length, 1);
  const [gap] = largest;
  assert.ok(gap && Math.abs(gap.fromMs - mondayMs - begin * minuteMs) <= 3 * minuteMs);
  assert.ok(Math.abs(gap.toMs - mondayMs - (begin + 120) * minuteMs) <= 3 * minuteMs);
  assert.ok(Math.abs(gap.expectedEvents - 360) < 40);
  assert.deepEqual([gap.replica, gap.basis], ['r', 'own-rate']);
});

test('nights and weekends that are always silent are no gaps', () => {
  const isOpen = (minute: number) => minute % 1440 >= 480 && minute % 1440 < 1080 && (minute / 1440) % 7 < 5;
  const reads = traffic(
    2,
    4 * week,
    () => 3,
    (minute) => !isOpen(minute),
  );
  assert.deepEqual(gapsOf(minuteMs, [replicaOf('r', mondayMs, reads)]).largest, []);
});

test('in traffic that comes and goes by chance there are no gaps', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 1e6 }), fc.constantFrom(0.02, 0.3, 3, 30), (seed, mean) => {
      const reads = traffic(seed, week, (minute) => (mean * byDay(minute)) / 3);
      const writes = traffic(seed + 1, week, () => mean);
      const replicas = [replicaOf('a', mondayMs, reads), replicaOf('b', mondayMs, writes)];
      assert.deepEqual(gapsOf(minuteMs, replicas).largest, []);
    }),
    { seed: 11, numRuns: 30 },
  );
});

test('in a log of rare batches, silences between them are usual, and a longer one is not', () => {
  const random = seededRandom(12);
  const batches = new Set<number>();
  for (let at = 0; at < 2 * week; at += 20 + Math.floor(random() * 60)) batches.add(at);
  const batched = (isSilent: (minute: number) => boolean) =>
    replicaOf(
      'r',
      mondayMs,
      everyMinute(2 * week, (minute) => (batches.has(minute) && !isSilent(minute) ? 60 : 0)),
    );
  assert.deepEqual(gapsOf(minuteMs, [batched(() => false)]).largest, []);
  assert.equal(gapsOf(minuteMs, [batched(between(5000, 6500))]).largest.length, 1);
});

test('in a short history a night that fades is no gap, and an outage at full rate is', () => {
  const isOutage = between(1000, 1100);
  const day = (minute: number) => Math.max(0, 20 * Math.sin(((minute % 1440) / 720) * Math.PI));
  const night = traffic(7, 2 * 1440, day);
  assert.deepEqual(gapsOf(minuteMs, [replicaOf('r', mondayMs, night)]).largest, []);
  const outage = traffic(8, 2 * 1440, () => 5, isOutage);
  const { largest } = gapsOf(minuteMs, [replicaOf('r', mondayMs, outage)]);
  assert.deepEqual(
    largest.map(({ fromMs }) => Math.round((fromMs - mondayMs) / (10 * minuteMs))),
    [100],
  );
});

test('a holiday of all is a gap by their own rates, an outage of one by the others', () => {
  const isHoliday = between(3 * week, 3 * week + 1440);
  const isOutage = between(2 * week, 2 * week + 500);
  const a = traffic(9, 5 * week, byDay, isHoliday);
  const b = traffic(
    10,
    5 * week,
    (minute) => byDay(minute + 600),
    (minute) => isHoliday(minute) || isOutage(minute),
  );
  const { largest } = gapsOf(minuteMs, [replicaOf('a', mondayMs, a), replicaOf('b', mondayMs, b)]);
  assert.deepEqual(largest.map(({ replica, basis }) => `${replica} ${basis}`).sort(), [
    'a own-rate',
    'b other-replicas',
    'b own-rate',
  ]);
});

test('where the others go on, that says it, also of a log that ends early', () => {
  const a = traffic(3, week, byDay);
  const b = traffic(4, week, byDay, between(2000, 2600));
  const c = traffic(5, week - 1440, byDay);
  const { largest } = gapsOf(minuteMs, [
    replicaOf('a', mondayMs, a),
    replicaOf('b', mondayMs, b),
    replicaOf('c', mondayMs, c),
  ]);
  assert.deepEqual(
    largest.map(({ replica, basis }) => [replica, basis]),
    [
      ['b', 'other-replicas'],
      ['c', 'other-replicas'],
    ],
  );
  const end = largest[1];
  assert.ok(end && Math.abs(end.toMs - end.fromMs - dayMs) < hourMs);
  assert.ok(Math.abs(end.expectedEvents - 1440 * 3) < 300);
});

test('a log by the hour has no gap between its hours, and one where an hour is missing', () => {
  const hourly = everyMinute(week, (minute) => (minute % 60 === 0 && minute !== 5040 ? 100 : 0));
  const { largest } = gapsOf(minuteMs, [replicaOf('r', mondayMs, hourly)]);
  assert.deepEqual(
    largest.map(({ fromMs, toMs, expectedEvents }) => [fromMs, toMs, expectedEvents]),
    [[mondayMs + 5040 * minuteMs, mondayMs + 5100 * minuteMs, 100]],
  );
});

test('old hours before fine minutes are no gaps either', () => {
  const reads = everyMinute(week, (minute) => (minute >= 3 * 1440 ? 2 : minute % 60 === 0 ? 120 : 0));
  const { perBucket } = replicaOf('r', mondayMs, reads);
  assert.equal(fineFrom(perBucket.buckets, minuteMs), mondayMs / minuteMs + 3 * 1440);
  assert.deepEqual(gapsOf(minuteMs, [replicaOf('r', mondayMs, reads)]).largest, []);
});

test('of many gaps the largest are listed, and the others counted', () => {
  const reads = traffic(
    6,
    9 * week,
    () => 10,
    (minute) => minute % 1440 < 5 + Math.floor(minute / 1440) / 4 && minute % 4320 < 1440,
  );
  const few = gapsOf(minuteMs, [replicaOf('r', mondayMs, reads)]);
  assert.ok(few.largest.length <= 50);
  const replicas = Array.from({ length: 8 }, (_, i) =>
    replicaOf(
      `r${i}`,
      mondayMs,
      traffic(
        20 + i,
        2 * week,
        () => 10,
        (minute) => Math.floor(minute / 10 + i * 37) % 97 === 0,
      ),
    ),
  );
  const many = gapsOf(minuteMs, replicas);
  assert.equal(many.largest.length, 50);
  assert.ok(many.more > 0);
});
