import assert from 'node:assert/strict';
import { test } from 'node:test';
import { dayHoursOf, hourOfWeek, weekHoursOf } from '../../../../src/core/history/traffic/week-hours.ts';
import { everyMinute, hourMs, minuteMs, mondayMs, replicaOf } from './traffic-example.ts';

test('the week begins on Monday at midnight', () => {
  assert.equal(hourOfWeek(mondayMs / hourMs), 0);
  assert.equal(hourOfWeek(mondayMs / hourMs - 1), 167);
});

test('an hour of the week is the mean over all such hours in the span, with those that were silent', () => {
  // Ten days from Monday 06:00: Mondays at 07:00 come twice, and only the first has events.
  const first = everyMinute(120, (minute) => (minute < 60 ? 1 : 2));
  const reads = [...first, ...everyMinute(10 * 1440 - 121, () => 0), 1];
  const table = weekHoursOf(minuteMs, [replicaOf('r', mondayMs + 6 * hourMs, reads)]);
  assert.equal(table[0]?.[6], 30);
  assert.equal(table[0]?.[7], 60);
  assert.equal(table[1]?.[6], 0);
  assert.equal(table[3]?.[5], 0.5);
  assert.equal(table[3]?.[6], 0);
});

test('an hour that the history has not is null, and replicas add up', () => {
  const a = replicaOf(
    'a',
    mondayMs,
    everyMinute(60, () => 1),
  );
  const b = replicaOf(
    'b',
    mondayMs,
    everyMinute(60, () => 2),
  );
  const table = weekHoursOf(minuteMs, [a, b]);
  assert.equal(table[0]?.[0], 180);
  assert.equal(table.flat().filter((events) => events === null).length, 167);
  assert.deepEqual(weekHoursOf(minuteMs, []).flat(), new Array(168).fill(null));
});

test('hours of the day are events of all days', () => {
  const reads = [3, ...everyMinute(1439, () => 0), 4];
  const hours = dayHoursOf(minuteMs, [replicaOf('r', mondayMs + 5 * hourMs, reads)]);
  assert.equal(hours[5], 7);
  assert.equal(
    hours.reduce((sum, events) => sum + events, 0),
    7,
  );
});
