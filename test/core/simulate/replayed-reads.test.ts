import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ReadColumns } from '../../../src/core/simulate/read-columns.ts';
import { readinessOf } from '../../../src/core/simulate/readiness.ts';
import { readsBefore, replay } from '../../../src/core/simulate/replayed-reads.ts';
import { hitRateError } from '../../../src/core/simulate/sampling-error.ts';

function reads(entries: [fromMs: number, key: number, count: number][], widthMs = 0) {
  const columns = new ReadColumns(100);
  for (const entry of entries) columns.add(...entry);
  return columns.result(widthMs);
}

const until = { originMs: 5000, untilMs: 60_000 };

test('a read finds its row from the moment on at which it arrives', () => {
  const found = replay(
    reads([
      [999, 0, 1],
      [1000, 0, 1],
      [2000, 1, 1],
      [60_001, 0, 1],
    ]),
    Float64Array.of(1000, 9000),
    until,
  );
  assert.equal(found.reads, 3);
  assert.equal(found.hits, 1);
  assert.equal(found.course.fromMs, 5000);
  assert.deepEqual(found.course.reads.slice(0, 3), [1, 1, 1]);
  assert.deepEqual(found.course.hits.slice(0, 3), [0, 1, 0]);
});

test("reads of a bucket are spread over it: those are hits that lie behind the row's arrival, and none before the origin count", () => {
  const found = replay(
    reads(
      [
        [-30_000, 0, 60],
        [30_000, 1, 60],
      ],
      60_000,
    ),
    Float64Array.of(15_000, 45_000),
    until,
  );
  assert.ok(Math.abs(found.reads - 60) < 1e-9, String(found.reads));
  assert.ok(Math.abs(found.hits - 30) < 1e-9, String(found.hits));
  assert.ok(found.course.reads.every((count) => Math.abs(count - 1) < 1e-9));
  assert.ok(Math.abs((found.course.hits[20] ?? 0) - 1) < 1e-9);
  assert.equal(found.course.hits[10], 0);
});

test('the reads before a moment are those that a row misses which arrives then', () => {
  assert.deepEqual(
    [
      ...readsBefore(
        reads([
          [5, 0, 2],
          [10, 0, 1],
          [7, 1, 1],
        ]),
        Float64Array.of(10, 7),
      ),
    ],
    [2, 0],
  );
  assert.deepEqual(
    [
      ...readsBefore(
        reads(
          [
            [-50, 0, 10],
            [50, 0, 10],
          ],
          100,
        ),
        Float64Array.of(100),
      ),
    ],
    [5 + 5],
  );
});

test('readiness is when the rows that are there have had so much of the reads', () => {
  const arrivals = Float64Array.of(30, 10, 20, Number.POSITIVE_INFINITY);
  assert.deepEqual(readinessOf(arrivals, Float64Array.of(40, 50, 9, 1)), {
    halfMs: 10,
    ninetyMs: 30,
    ninetyNineMs: 30,
  });
  assert.deepEqual(readinessOf(arrivals, Float64Array.of(0, 50, 0, 50)), {
    halfMs: 10,
    ninetyMs: undefined,
    ninetyNineMs: undefined,
  });
  assert.equal(readinessOf(arrivals, new Float64Array(4)).halfMs, undefined);
});

test('past its bound a read is counted and not kept', () => {
  const columns = new ReadColumns(2);
  for (let n = 0; n < 3; n++) columns.add(n, 0, 1);
  assert.equal(columns.isWhole, false);
  assert.equal(columns.seen, 3);
  assert.equal(columns.result(0).length, 2);
});

test('nineteen of twenty samples are off by no more than is said', () => {
  const keys = 20_000;
  const columns = new ReadColumns(keys);
  const arrivals = new Float64Array(keys);
  // Some keys have many reads, and these arrive early: the hit rate of a sample hangs on who is in it.
  for (let key = 0; key < keys; key++) {
    columns.add(30_000, key, 1 + (key % 50 === 0 ? 40 : 0));
    arrivals[key] = key % 50 === 0 || key % 3 === 0 ? 1000 : 40_000;
  }
  const all = replay(columns.result(0), arrivals, until);
  const rate = all.hits / all.reads;
  const share = 0.05;
  let within = 0;
  const samples = 200;
  for (let sample = 0; sample < samples; sample++) {
    const some = new ReadColumns(keys);
    for (let key = 0; key < keys; key++)
      if (hash(key, sample) < share) some.add(30_000, key, 1 + (key % 50 === 0 ? 40 : 0));
    const found = replay(some.result(0), arrivals, until);
    if (Math.abs(found.hits / found.reads - rate) <= (hitRateError(found, share) ?? 0)) within++;
  }
  assert.ok(within >= 0.9 * samples && within < samples, `${within} of ${samples}`);
  assert.equal(hitRateError(all, 1), 0);
});

/** From 0 to below 1, the same each time. */
function hash(key: number, sample: number): number {
  let word = Math.imul(key ^ Math.imul(sample + 1, 0x9e3779b1), 0x85ebca6b);
  word = Math.imul(word ^ (word >>> 15), 0xc2b2ae35);
  return ((word ^ (word >>> 13)) >>> 0) / 2 ** 32;
}
