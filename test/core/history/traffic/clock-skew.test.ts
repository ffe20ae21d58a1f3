import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { seededRandom } from '../../../../src/core/forecast/seeded-random.ts';
import { clockSkewOf } from '../../../../src/core/history/traffic/clock-skew.ts';
import type { ReplicaTraffic } from '../../../../src/core/history/traffic/inputs.ts';
import { poisson } from '../../forecast/poisson.ts';
import { everyMinute, hourMs, minuteMs, mondayMs, replicaOf } from './traffic-example.ts';

const week = 7 * 1440;

function skewOf(...replicas: ReplicaTraffic[]) {
  const skew = clockSkewOf(minuteMs, replicas);
  assert.ok(skew);
  return skew;
}

/** Kinds of traffic that tempt a correlation: cycles, bursts, outages, jobs at fixed times. */
const kinds: Record<string, (random: () => number, minutes: number) => number[]> = {
  steady: (random, minutes) => everyMinute(minutes, () => poisson(2, random)),
  sparse: (random, minutes) => everyMinute(minutes, () => poisson(0.05, random)),
  daily: (random, minutes) => {
    const phase = random() * 1440;
    return everyMinute(minutes, (minute) =>
      poisson(5 * (1 + Math.sin(((minute + phase) / 1440) * 2 * Math.PI)), random),
    );
  },
  bursts: (random, minutes) => {
    let left = 0;
    return everyMinute(minutes, () => {
      if (random() < 0.005) left = Math.ceil(random() * 30);
      return poisson(left-- > 0 ? 25 : 0.5, random);
    });
  },
  hourlyJob: (random, minutes) => {
    const at = Math.floor(random() * 60);
    return everyMinute(minutes, (minute) => poisson(minute % 60 === at ? 40 : 2, random));
  },
  dailyJob: (random, minutes) => {
    const at = Math.floor(random() * 1400);
    return everyMinute(minutes, (minute) =>
      poisson(minute % 1440 >= at && minute % 1440 < at + 5 ? 40 : 1, random),
    );
  },
  outage: (random, minutes) => {
    const at = Math.floor(random() * (minutes - 300));
    return everyMinute(minutes, (minute) => (minute >= at && minute < at + 300 ? 0 : poisson(10, random)));
  },
};

test('logs that have nothing to do with each other have no skew', () => {
  const kind = fc.constantFrom(...Object.keys(kinds));
  const length = fc.constantFrom(0.5, 1, 2, 5).map((days) => days * 1440);
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 1e6 }), kind, kind, length, (seed, first, second, minutes) => {
      const random = seededRandom(seed);
      const [a, b] = [first, second].map((name) => kinds[name]?.(random, minutes) ?? []);
      const [skew] = skewOf(replicaOf('a', mondayMs, a ?? []), replicaOf('b', mondayMs, b ?? [])).replicas;
      assert.ok(skew && 'reason' in skew, JSON.stringify(skew));
    }),
    { seed: 3, numRuns: 120 },
  );
});

test('a planted offset is found in writes that both log, beside reads of their own', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 0, max: 1e6 }),
      fc.integer({ min: -800, max: 800 }),
      fc.constantFrom(0.2, 2),
      (seed, offset, mean) => {
        const random = seededRandom(seed);
        const writes = everyMinute(week, () => poisson(mean, random));
        const reads = () => everyMinute(week, () => poisson(3, random));
        const a = replicaOf('a', mondayMs, [...reads(), 100], writes);
        const b = replicaOf('b', mondayMs + offset * minuteMs, reads(), writes);
        const { reference, replicas, resolutionMs } = skewOf(a, b);
        const [skew] = replicas;
        assert.ok(skew && 'offsetMs' in skew, JSON.stringify(skew));
        assert.equal(skew.offsetMs, (reference === 'a' ? offset : -offset) * minuteMs);
        assert.deepEqual([skew.by, resolutionMs], ['writes', minuteMs]);
        assert.ok(skew.correlation > 0.9);
      },
    ),
    { seed: 5, numRuns: 20 },
  );
});

test('bursts of reads that both see will do', () => {
  const random = seededRandom(8);
  const shared = kinds.bursts?.(random, week) ?? [];
  const own = () => everyMinute(week, () => poisson(5, random));
  const mixed = (reads: number[]) => reads.map((count, minute) => count + (shared[minute] ?? 0));
  const a = replicaOf('a', mondayMs, [...mixed(own()), 100_000]);
  const b = replicaOf('b', mondayMs - 3 * hourMs, mixed(own()));
  const [skew] = skewOf(b, a).replicas;
  assert.ok(skew && 'offsetMs' in skew, JSON.stringify(skew));
  assert.deepEqual([skew.name, skew.offsetMs, skew.by], ['b', -3 * hourMs, 'reads']);
});

test('an offset of half a minute is told to the minute', () => {
  const random = seededRandom(9);
  const early = everyMinute(week, () => poisson(2, random));
  const late = everyMinute(week, () => poisson(2, random));
  // Of each minute's writes, those of its second half come a minute later at the other.
  const a = replicaOf(
    'a',
    mondayMs,
    [500],
    early.map((count, minute) => count + (late[minute] ?? 0)),
  );
  const b = replicaOf(
    'b',
    mondayMs,
    [],
    early.map((count, minute) => count + (late[minute - 1] ?? 0)),
  );
  const [skew] = skewOf(a, b).replicas;
  assert.ok(skew && 'offsetMs' in skew && [0, minuteMs].includes(skew.offsetMs), JSON.stringify(skew));
});

test('what both do every 61 minutes fits many offsets, and is said to', () => {
  const job = everyMinute(week, (minute) => (minute % 61 === 7 ? 50 : 1));
  const [skew] = skewOf(replicaOf('a', mondayMs, [...job, 1]), replicaOf('b', mondayMs, job)).replicas;
  assert.deepEqual(skew, { name: 'b', reason: 'several-peaks' });
});

test('one replica has no skew, and too few events or hours tell none', () => {
  const random = seededRandom(10);
  const writes = everyMinute(week, () => poisson(1, random));
  const reason = (replica: ReplicaTraffic) => {
    const [skew] = skewOf(replicaOf('a', mondayMs, [], [...writes, 99]), replica).replicas;
    return skew && 'reason' in skew ? skew.reason : undefined;
  };
  assert.equal(clockSkewOf(minuteMs, [replicaOf('a', mondayMs, writes)]), undefined);
  assert.equal(reason(replicaOf('b', mondayMs, [], writes.slice(0, 90))), 'too-little');
  assert.equal(
    reason(
      replicaOf(
        'b',
        mondayMs,
        [],
        everyMinute(week, (m) => (m % 60 === 0 ? 60 : 0)),
      ),
    ),
    'too-little',
  );
  assert.equal(reason(replicaOf('b', mondayMs + 90 * 24 * hourMs, [], writes)), 'too-little');
});
