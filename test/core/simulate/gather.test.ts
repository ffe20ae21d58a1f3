import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { openLogFile } from '../../../src/core/access-log/log-file.ts';
import type { AccessHistory, KeySeries } from '../../../src/core/history/access-history.ts';
import { type Gathered, type GatherOptions, gather } from '../../../src/core/simulate/gather.ts';
import { KeySample } from '../../../src/core/simulate/key-sample.ts';
import { plannedKeys, sureKeys } from '../../../src/core/simulate/planned-keys.ts';
import { replayWindow } from '../../../src/core/simulate/window.ts';
import { temporaryFolder } from '../../support/tables.ts';

const minuteMs = 60_000;

/** Accesses of a key, by the minute: reads and writes. */
type Accesses = Record<number, readonly [reads: number, writes: number]>;

function historyOf(found: Record<string, Accesses>, more: Partial<KeySeries> = {}): AccessHistory {
  const series = Object.entries(found).map(([key, accesses]): KeySeries => {
    const minutes = Object.keys(accesses).map(Number);
    const counts = Object.values(accesses);
    return {
      key,
      buckets: Int32Array.from(minutes),
      reads: Uint32Array.from(counts, ([reads]) => reads),
      writes: Uint32Array.from(counts, ([, writes]) => writes),
      firstMs: (minutes[0] ?? 0) * minuteMs,
      lastMs: ((minutes.at(-1) ?? 0) + 1) * minuteMs - 1,
      lastReadMs: undefined,
      sizeBytes: undefined,
      readsByReplica: [],
      ...more,
    };
  });
  const summary = {
    events: 0,
    keys: series.length,
    reads: 0,
    writes: 0,
    firstMs: 0,
    lastMs: 1,
    replicas: [],
  };
  return { bucketMs: minuteMs, summary: () => summary, series: () => series.values() };
}

const options: GatherOptions = {
  originMs: 10 * minuteMs,
  untilMs: 20 * minuteMs,
  maxKeys: 1_000_000,
  logs: [],
  layout: {},
  signal: new AbortController().signal,
};

function readsIn({ reads: { fromMs, key, count, length } }: Gathered): number[][] {
  return Array.from({ length }, (_, i) => [fromMs[i] as number, key[i] as number, count[i] as number]);
}

test('what came before the origin is known of a key, and what comes after it is replayed, up to the end', async () => {
  const history = historyOf({
    a: { 3: [4, 0], 9: [2, 0], 10: [1, 0], 19: [3, 0], 20: [9, 9] },
    b: { 12: [5, 0] },
  });
  const found = await gather(history, options);
  const [a, b] = [found.keys.placeOf('a') ?? -1, found.keys.placeOf('b') ?? -1];
  assert.deepEqual([found.keys.pastReads[a], found.keys.lastReadMs[a]], [6, 10 * minuteMs]);
  assert.deepEqual([found.keys.pastReads[b], found.keys.lastReadMs[b]], [0, Number.NEGATIVE_INFINITY]);
  assert.deepEqual(readsIn(found), [
    [0, a, 1],
    [9 * minuteMs, a, 3],
    [2 * minuteMs, b, 5],
  ]);
  assert.equal(found.reads.widthMs, minuteMs);
  assert.deepEqual(found.firstWriteMs, []);
});

test('a key is changed when it is first written after the origin, and new where that is how it is first seen', async () => {
  const found = await gather(
    historyOf({ old: { 3: [1, 0], 11: [0, 2], 12: [0, 1] }, born: { 13: [1, 1] }, read: { 14: [1, 0] } }),
    options,
  );
  const isNew = (key: string) => found.keys.isNew[found.keys.placeOf(key) ?? -1];
  assert.deepEqual(['old', 'born', 'read'].map(isNew), [0, 1, 0]);
  assert.deepEqual(
    found.firstWriteMs.map((ms) => Math.floor(ms / minuteMs)),
    [1, 3],
  );
});

test('an origin inside of a bucket counts no write of before as a change', async () => {
  const found = await gather(historyOf({ a: { 10: [0, 1] } }), { ...options, originMs: 11 * minuteMs - 1 });
  assert.deepEqual(found.firstWriteMs, []);
});

test('logs are replayed in place of the buckets, each read at its own time, and what they alone know is added', async (t) => {
  const file = path.join(temporaryFolder(t), 'access.csv');
  const minute = 29_000_000;
  const originMs = (minute + 10) * minuteMs;
  const line = (ms: number, op: string, key: string) => `${originMs + ms},${op},${key}`;
  const late = 10 * minuteMs + 1;
  const lines = [line(0, 'read', 'a'), line(1, 'read', 'a'), line(5, 'write', 'a'), line(77, 'read', 'b')];
  writeFileSync(file, `${['time,op,key', ...lines, line(late, 'read', 'a')].join('\n')}\n`);
  const logs = [{ name: file, open: () => openLogFile(file) }];
  const history = historyOf({ a: { [minute + 3]: [4, 0], [minute + 10]: [1, 1] } });
  const found = await gather(history, { ...options, originMs, untilMs: originMs + late - 1, logs });
  assert.deepEqual(readsIn(found), [
    [1, found.keys.placeOf('a'), 1],
    [77, found.keys.placeOf('b'), 1],
  ]);
  assert.equal(found.reads.widthMs, 0);
  assert.equal(found.keys.isNew[found.keys.placeOf('b') ?? -1], 0);
});

test('a time scale makes all that comes after the origin come sooner, and leaves what came before alone', async () => {
  const history = historyOf({ a: { 3: [4, 0], 12: [5, 2], 19: [1, 0] } });
  const [slow, fast] = [await gather(history, options), await gather(history, { ...options, timeScale: 60 })];
  assert.deepEqual(
    readsIn(fast),
    readsIn(slow).map(([fromMs = 0, ...rest]) => [fromMs / 60, ...rest]),
  );
  assert.equal(fast.reads.widthMs, minuteMs / 60);
  assert.deepEqual(
    fast.firstWriteMs,
    slow.firstWriteMs.map((ms) => ms / 60),
  );
  assert.deepEqual([fast.keys.pastReads[0], fast.keys.lastReadMs[0]], [4, 4 * minuteMs]);
});

test('of too many keys a sample is drawn, each key of it with all of its reads, in all parts of the table', async () => {
  const all = Object.fromEntries(
    Array.from({ length: 5000 }, (_, n) => [`key-${n}`, { 3: [1, 0], 12: [2, 0] } as Accesses]),
  );
  const { keys, sample, reads } = await gather(historyOf(all), { ...options, maxKeys: 1000 });
  assert.equal(sample.share, 0.2);
  assert.ok(Math.abs(keys.length - 1000) < 120, String(keys.length));
  assert.equal(reads.length, keys.length);
  const places = [...keys.scanPlace.subarray(0, keys.length)];
  assert.ok(places.every((place) => place >= 0 && place < 1));
  assert.ok(Math.abs(places.filter((place) => place < 0.5).length / places.length - 0.5) < 0.06);
});

test('the history of a sample has the keys of the sample alone', () => {
  const history = historyOf({ a: { 1: [1, 0] }, b: { 1: [1, 0] }, c: { 1: [1, 0] }, d: { 1: [1, 0] } });
  const sample = new KeySample(0.5);
  const names = [...sample.of(history).series()].map(({ key }) => key);
  assert.deepEqual(
    names,
    ['a', 'b', 'c', 'd'].filter((key) => sample.hasText(key)),
  );
  assert.equal(new KeySample(1).of(history), history);
});

test("a plan's keys are found by what the logs call them, and those that no log has are counted", async () => {
  const found = await gather(historyOf({ 7: { 3: [1, 0] }, '["a",1]': { 3: [1, 0] } }), options);
  const figures = { expectedAt: '', expectedReads: 1, expectedWrites: 0, model: 'test' };
  const planned = await plannedKeys(
    [
      { key: ['a', 1], confidence: 0.9, sizeBytes: 80, ...figures },
      { key: 7, confidence: 0.2, ...figures },
      { key: 'none', confidence: 0.1, pinned: true, ...figures },
    ],
    found.keys,
    found.sample,
  );
  assert.equal(planned.unknown, 1);
  const place = (key: string) => found.keys.placeOf(key);
  assert.deepEqual([...planned.places], [place('["a",1]'), place('7'), place('none')]);
  assert.deepEqual([...sureKeys(planned, 0.5)], [place('["a",1]'), place('none')]);
  assert.equal(found.keys.sizeBytes[place('["a",1]') ?? -1], 80);
});

test('a window begins where it is said, or so that it ends with the accesses, and never where nothing is known', () => {
  const span = { firstMs: 1000, lastMs: 101_000 };
  assert.deepEqual(replayWindow(span, { atMs: undefined, horizonMs: 20_000 }), {
    originMs: 81_000,
    untilMs: 101_000,
  });
  assert.deepEqual(replayWindow(span, { atMs: undefined, horizonMs: 90_000 }), {
    originMs: 51_000,
    untilMs: 101_000,
  });
  assert.deepEqual(replayWindow(span, { atMs: 5000, horizonMs: 20_000 }), {
    originMs: 5000,
    untilMs: 25_000,
  });
  const code = (atMs: number) => () => replayWindow(span, { atMs, horizonMs: 1 });
  assert.throws(code(1000), { code: 'origin-before-history' });
  assert.throws(code(101_000), { code: 'nothing-to-replay' });
  assert.throws(() => replayWindow({ firstMs: undefined, lastMs: undefined }, { atMs: 1, horizonMs: 1 }), {
    code: 'history-empty',
  });
});
