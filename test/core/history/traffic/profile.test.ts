import assert from 'node:assert/strict';
import { test } from 'node:test';
import { profileOf } from '../../../../src/core/history/traffic/profile.ts';
import { dayMs, everyMinute, hourMs, minuteMs, mondayMs, noFigures, replicaOf } from './traffic-example.ts';

const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);

test('an empty history has no course', () => {
  const profile = profileOf(minuteMs, [], noFigures);
  assert.deepEqual(
    [profile.events, profile.firstMs, profile.lastMs, profile.course, profile.replicas],
    [0, undefined, undefined, undefined, []],
  );
});

test('totals, timeline, trends and shares agree', () => {
  const a = replicaOf(
    'a',
    mondayMs,
    everyMinute(7 * 1440, () => 2),
    everyMinute(100, () => 1),
  );
  const b = replicaOf(
    'b',
    mondayMs,
    everyMinute(7 * 1440, () => 1),
  );
  const hot = { key: 'k', reads: 10, writes: 0, sizeBytes: 7, series: b.perBucket };
  const figures = {
    ...noFigures,
    keys: 15,
    readLevels: [{ reads: 2016, keys: 15 }],
    hottest: [hot],
    onlyAt: [5, 0],
  };
  const profile = profileOf(minuteMs, [a, b], figures);
  const { course } = profile;
  assert.ok(course);
  assert.deepEqual([profile.events, profile.reads, profile.writes], [30_340, 30_240, 100]);
  assert.deepEqual([course.timeline.stepMs, course.timeline.reads.length], [hourMs, 168]);
  assert.deepEqual([sum(course.timeline.reads), sum(course.timeline.writes)], [30_240, 100]);
  assert.deepEqual(course.trend, { fromMs: mondayMs, stepMs: 4 * hourMs, count: 42 });
  assert.deepEqual(profile.hottest, [
    { key: 'k', reads: 10, writes: 0, sizeBytes: 7, accesses: new Array(42).fill(240) },
  ]);
  assert.deepEqual(
    profile.replicas.map(({ name, onlyKeys, onlyShare, accesses }) => [
      name,
      onlyKeys,
      onlyShare,
      sum(accesses),
    ]),
    [
      ['a', 5, 0.5, 20_260],
      ['b', 0, 0, 10_080],
    ],
  );
  assert.equal(course.clockSkew?.reference, 'a');
});

test('strays count, but do not stretch the course', () => {
  const main = replicaOf(
    'main',
    mondayMs,
    everyMinute(3 * 1440, () => 1),
  );
  const stray = replicaOf('stray', mondayMs + 9000 * dayMs, [1]);
  const profile = profileOf(minuteMs, [main, stray], noFigures);
  assert.equal(profile.events, 3 * 1440 + 1);
  assert.equal(profile.lastMs, stray.lastMs);
  assert.equal(profile.course?.span.strayEvents, 1);
  assert.equal(profile.course?.timeline.reads.length, 72);
  assert.equal(profile.course?.clockSkew, undefined);
  assert.deepEqual(profile.course?.gaps.largest, []);
});

test('the JSON of a profile stays small', () => {
  const count = (minute: number) => 1e6 + minute;
  const replicas = Array.from({ length: 20 }, (_, i) =>
    replicaOf(`replica-${i}`, mondayMs, everyMinute(1440, count)),
  );
  const far = replicaOf('far', mondayMs + 40 * dayMs, everyMinute(2000, count), everyMinute(2000, count));
  const hottest = Array.from({ length: 10 }, () => ({
    key: 'k'.repeat(1024),
    reads: 1,
    writes: 1,
    sizeBytes: 1,
    series: far.perBucket,
  }));
  const days = Array.from({ length: 41 }, (_, i) => ({ day: mondayMs / dayMs + i, keys: 123_456 }));
  const figures = { ...noFigures, hottest, newKeysByDay: days, activeByDay: days, onlyAt: [] };
  assert.ok(JSON.stringify(profileOf(minuteMs, [...replicas, far], figures)).length < 100_000);
});
