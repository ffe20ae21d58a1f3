import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CumulatedEvents } from '../../../../src/core/history/traffic/cumulated-events.ts';
import { UsualRate } from '../../../../src/core/history/traffic/usual-rate.ts';
import { dayMs, everyMinute, hourMs, minuteMs, mondayMs, replicaOf } from './traffic-example.ts';

const rateOf = (minutes: number, count: (minute: number) => number) => {
  const { perBucket, firstMs, lastMs } = replicaOf('r', mondayMs, everyMinute(minutes, count));
  return new UsualRate(minuteMs, perBucket, firstMs, lastMs);
};

test('the median knows hours of the week from three weeks on, of the day from three days on', () => {
  const isMonday = (minute: number) => Math.floor(minute / 1440) % 7 === 0;
  const byHour = (minute: number) => Math.floor(minute / 60) % 24;
  const weeks = rateOf(4 * 7 * 1440, (minute) => (isMonday(minute) ? byHour(minute) : 1));
  const later = mondayMs + 70 * dayMs;
  assert.equal(weeks.expected(later + 5 * hourMs, later + 6 * hourMs), 300);
  assert.equal(weeks.expected(later + dayMs, later + dayMs + 90 * minuteMs), 90);
  const days = rateOf(4 * 1440, byHour);
  assert.ok(days.hasCycle);
  assert.equal(days.expected(later + 2.5 * hourMs, later + 3.5 * hourMs), 150);
  const hours = rateOf(300, () => 2);
  assert.ok(!hours.hasCycle);
  assert.equal(hours.expected(later, later + 30 * minuteMs), 60);
});

test('an hour that is silent more often than not is usually silent, one silence is not usual', () => {
  const silentOn = (days: number[]) => (minute: number) =>
    minute % 1440 < 60 && days.includes(Math.floor(minute / 1440)) ? 0 : 1;
  const midnight = [mondayMs, mondayMs + hourMs] as const;
  assert.equal(rateOf(5 * 1440, silentOn([1])).expected(...midnight), 60);
  assert.equal(rateOf(5 * 1440, silentOn([1, 2, 3])).expected(...midnight), 0);
});

test('cumulated events are those of the buckets that begin in between', () => {
  const { perBucket } = replicaOf('r', mondayMs, [1, 0, 2, 4], [0, 0, 8]);
  const events = new CumulatedEvents(minuteMs, perBucket);
  assert.equal(events.between(mondayMs, mondayMs + 3 * minuteMs), 11);
  assert.equal(events.between(mondayMs + 1, mondayMs + 9 * minuteMs), 14);
  assert.equal(events.between(mondayMs + 9 * minuteMs, mondayMs), 0);
});
