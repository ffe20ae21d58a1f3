import assert from 'node:assert/strict';
import { test } from 'node:test';
import { seededRandom } from '../../../src/core/forecast/seeded-random.ts';
import {
  earlyReadShare,
  earlyValues,
  extraJourneys,
  type SnapshotTime,
} from '../../../src/core/plan/early-value.ts';
import { candidates, hourMs } from './candidates-example.ts';

const dayMs = 24 * hourMs;
const snapshot = (durationMs: number, startMs = 0): SnapshotTime => ({ startMs, durationMs, from: 'flag' });
const near = (actual: number, expected: number, within: number) =>
  assert.ok(Math.abs(actual - expected) <= within, `${actual} is not ${expected} within ${within}`);

test('of steady reads, half of those during the snapshot come before a row does', () => {
  const steady = candidates([]);
  near(earlyReadShare(steady, snapshot(dayMs)), 1 / 2, 1e-9);
  near(earlyReadShare(steady, snapshot(2 * hourMs)), 1 / 24, 1e-9);
  near(earlyReadShare(steady, snapshot(2 * hourMs, 5 * hourMs)), 1 / 24, 1e-9);
  near(earlyReadShare(steady, snapshot(4 * dayMs)), 2, 1e-9);
});

test('reads that come while the snapshot runs count by when they come', () => {
  const atOnce = candidates([], (ms) => (ms >= hourMs ? 1 : 0));
  near(earlyReadShare(atOnce, snapshot(4 * hourMs)), 3 / 4, 1 / 512);
  near(earlyReadShare(atOnce, snapshot(hourMs / 2)), 0, 0);
  near(earlyReadShare(atOnce, snapshot(4 * hourMs, 2 * hourMs)), 0, 0);
  const late = candidates([], (ms) => (ms / dayMs) ** 2);
  near(earlyReadShare(late, snapshot(dayMs)), 1 / 3, 1e-5);
});

test('journeys made twice are as many as in a simulation of writes, snapshot and Delta Log', () => {
  const random = seededRandom(5);
  const rounds = 40_000;
  for (const [writesADay, startMs, durationMs] of [
    [0.5, 0, dayMs],
    [3, 0, dayMs],
    [3, 6 * hourMs, 6 * hourMs],
    [40, hourMs, dayMs / 2],
  ] as const) {
    let again = 0;
    for (let round = 0; round < rounds; round++) {
      const arrivesMs = startMs + random() * durationMs;
      let [before, after] = [false, false];
      for (let atMs = 0; ; ) {
        atMs -= (Math.log1p(-random()) * dayMs) / writesADay;
        if (atMs > startMs + durationMs) break;
        if (atMs < arrivesMs) before = true;
        else after = true;
      }
      if (before && !after) again++;
    }
    near(extraJourneys(writesADay / dayMs, snapshot(durationMs, startMs)), again / rounds, 0.01);
  }
});

test('a row that is never written travels once, and one that is always written is in the Delta Log anyway', () => {
  assert.equal(extraJourneys(0, snapshot(dayMs)), 0);
  assert.ok(extraJourneys(1e-18, snapshot(dayMs)) < 1e-9);
  assert.ok(extraJourneys(1e6 / dayMs, snapshot(dayMs)) < 1e-5);
});

test('writes lower the value, and what is hardly read but written has none', () => {
  const keys = [0, 1, 2].map((writes) => ({ key: `w${writes}`, reads: 0.6, writes }));
  const [still, once, twice] = earlyValues(candidates(keys), snapshot(2 * hourMs));
  assert.ok(still !== undefined && once !== undefined && twice !== undefined);
  near(still, 0.6 / 24, 1e-9);
  assert.ok(still > once && once > twice);
  assert.ok(once < 0 && twice < 0);
});
