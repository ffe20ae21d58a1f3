import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { EventTimes, type EventTimesData, mergeTimes } from '../../../src/core/access-log/event-times.ts';
import { headBytes } from '../../../src/core/access-log/read-log.ts';
import { collect } from './collect.ts';

const nowMs = 1_700_000_000_000;
const minuteMs = 60_000;
const dayMs = 86_400_000;

function timesOf(times: readonly number[]): EventTimesData {
  const seen = new EventTimes();
  seen.readAt(nowMs);
  for (const timeMs of times) seen.take(timeMs);
  return seen.data();
}

/** By comparing each event with all those before it. */
function byComparison(times: readonly number[]): Omit<EventTimesData, 'units'> {
  const back = times.map((timeMs, i) => Math.max(0, ...times.slice(0, i)) - timeMs);
  return {
    firstMs: times[0],
    lastMs: times.at(-1),
    earliestMs: times.length > 0 ? Math.min(...times) : undefined,
    latestMs: times.length > 0 ? Math.max(...times) : undefined,
    outOfOrder: times.filter((timeMs, i) => i > 0 && timeMs < (times[i - 1] as number)).length,
    farthestBackMs: Math.max(0, ...back),
    future: times.filter((timeMs) => timeMs > nowMs + minuteMs).length,
  };
}

const anyTimes = fc.array(
  fc.oneof(
    fc.integer({ min: 0, max: 20 }),
    fc.integer({ min: nowMs + minuteMs - 2, max: nowMs + minuteMs + 2 }),
  ),
  { maxLength: 30 },
);

test('order, span and future are what a comparison of all events says', () => {
  fc.assert(
    fc.property(anyTimes, (times) => {
      const { units, ...data } = timesOf(times);
      assert.deepEqual(data, byComparison(times));
    }),
    { seed: 1 },
  );
});

test('parts that were counted apart, and passed on as plain data, come to the same as the whole', () => {
  fc.assert(
    fc.property(fc.array(anyTimes, { maxLength: 5 }), (parts) => {
      const merged = parts.map((part) => structuredClone(timesOf(part))).reduce(mergeTimes, timesOf([]));
      assert.deepEqual(merged, timesOf(parts.flat()));
    }),
    { seed: 2, numRuns: 300 },
  );
});

const clock = { nowMs: () => nowMs };

test('an event within the next day is counted, and told; a later one is rejected', async () => {
  const log = [
    nowMs,
    nowMs + minuteMs,
    nowMs + minuteMs + 1,
    nowMs + dayMs,
    nowMs + dayMs + 1,
    4_070_908_800_000,
  ];
  const { events, read } = await collect(log.map((timeMs) => `${timeMs},read,a\n`).join(''), { clock });
  assert.deepEqual(
    events.map(({ timeMs }) => timeMs),
    log.slice(0, 4),
  );
  assert.deepEqual(read.tally.firstRejects, [
    { line: 5, reason: 'the time lies in the future' },
    { line: 6, reason: 'the time lies in the future' },
  ]);
  const { future, latestMs } = read.tally.allTimes;
  assert.deepEqual([future, latestMs], [2, nowMs + dayMs]);
});

test('now is when the bytes come, not when the reading began', async () => {
  const moments = [0, nowMs];
  const log = `${nowMs},read,a\n${'\n'.repeat(headBytes)}${nowMs},read,b\n`;
  const { events } = await collect(log, {
    clock: { nowMs: () => moments.shift() ?? nowMs },
    chunkBytes: headBytes,
  });
  assert.deepEqual(
    events.map(({ key }) => key),
    ['b'],
  );
});

test('the units of numbers are counted, whatever format they come in', async () => {
  const times = ['1700000000', '1700000000.5', '1700000000123', '1700000000123456', '1700000000123456789'];
  const units = { s: 2, ms: 1, us: 1, ns: 1 };
  const logs = [
    times.map((time) => `${time},read,a\n`),
    times.map((time) => `{"time":"${time}","key":"a"}\n`),
    times.map((time) => `${time} [0 127.0.0.1:1] "get" "a"\n`),
  ];
  const options = [{ columns: 'time,op,key' }, {}, { format: 'monitor' as const }];
  for (const [i, log] of logs.entries()) {
    const { read } = await collect(log.join(''), options[i]);
    assert.deepEqual([read.tally.events, read.tally.allTimes.units], [5, units]);
  }
  const { read } = await collect('2023-11-14T22:13:20Z,read,a\n');
  assert.deepEqual(read.tally.allTimes.units, { s: 0, ms: 0, us: 0, ns: 0 });
});
