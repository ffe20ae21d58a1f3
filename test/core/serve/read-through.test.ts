import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import type { RowKey } from '../../../src/core/row-key.ts';
import { type Known, ReadThrough } from '../../../src/core/serve/read-through.ts';

/** As in a column that holds all its keys alike in any case. */
const nameOf = (key: RowKey) => JSON.stringify(key).toLowerCase();

function madeOf({ maxStalenessMs = Number.POSITIVE_INFINITY } = {}) {
  const rows = new Map<string, Known>();
  const asked: { batch: number; keys: readonly RowKey[] }[] = [];
  let nowMs = 1000;
  let waiting: (() => void)[] = [];
  const reads = new ReadThrough({
    find: (key) => rows.get(JSON.stringify(key)) ?? { kind: 'unknown', key, name: nameOf(key) },
    ask: (batch, keys) => asked.push({ batch, keys }),
    clock: { nowMs: () => nowMs },
    steadyClock: { nowMs: () => nowMs },
    wait: () => new Promise((resolve) => waiting.push(resolve)),
    maxStalenessMs,
  });
  const put = (key: RowKey, watermark = 1, asOfMs = nowMs) =>
    rows.set(JSON.stringify(key), {
      kind: 'row',
      key,
      name: nameOf(key),
      json: `"${key}"`,
      watermark,
      asOfMs,
      by: 'plan',
    });
  const later = (ms: number) => {
    nowMs += ms;
    for (const goOn of waiting) goOn();
    waiting = [];
  };
  return { reads, asked, put, later, rows };
}

test('what is here is answered at once, and asks nobody', async () => {
  const { reads, asked, put } = madeOf();
  put('a');
  assert.deepEqual(await reads.read('a'), {
    kind: 'row',
    key: 'a',
    name: '"a"',
    json: '"a"',
    watermark: 1,
    asOfMs: 1000,
    by: 'plan',
    from: 'joiner',
    isHit: true,
  });
  await turn();
  assert.deepEqual(asked, []);
});

test('however many miss a key at the same time, it is fetched once, with others of that moment', async () => {
  const { reads, asked, put } = madeOf();
  const waiting = ['a', 'b', 'a', 'a'].map((key) => reads.read(key));
  await turn();
  assert.deepEqual(asked, [{ batch: 1, keys: ['a', 'b'] }]);
  put('a', 7);
  reads.came(1, { keysRead: 2, watermark: 7 });
  const outcomes = await Promise.all(waiting);
  assert.deepEqual(
    outcomes.map((outcome) => outcome.kind),
    ['row', 'none', 'row', 'row'],
  );
  assert.ok(
    outcomes.every(
      (outcome) =>
        'from' in outcome &&
        outcome.from === 'donor' &&
        outcome.watermark === 7 &&
        outcome.by === 'read-through' &&
        !outcome.isHit,
    ),
  );
});

test('a key is fetched once, whatever spellings of it are missed', async () => {
  const { reads, asked } = madeOf();
  const waiting = ['Key', 'KEY', 'key'].map((key) => reads.read(key));
  await turn();
  assert.deepEqual(asked, [{ batch: 1, keys: ['Key'] }]);
  reads.failed(1);
  const away = { kind: 'unavailable', key: 'Key', why: 'no-donor' };
  assert.deepEqual(await Promise.all(waiting), [away, away, away]);
});

test('what did not fit into an answer is asked for again, before what came later', async () => {
  const { reads, asked, put } = madeOf();
  const waiting = ['a', 'b', 'c'].map((key) => reads.read(key));
  await turn();
  put('a');
  reads.came(1, { keysRead: 1, watermark: 1 });
  await waiting[0];
  assert.deepEqual(asked[1], { batch: 2, keys: ['b', 'c'] });
  reads.came(2, { keysRead: 2, watermark: 1 });
  await Promise.all(waiting);
});

test('where no donor can be asked misses are told so, hits go on, and the next miss is asked for anew', async () => {
  const { reads, asked, put } = madeOf();
  put('here');
  const missed = reads.read('away');
  await turn();
  reads.failed(1);
  assert.deepEqual(await missed, { kind: 'unavailable', key: 'away', why: 'no-donor' });
  assert.equal((await reads.read('here')).kind, 'row');
  void reads.read('away');
  await turn();
  assert.deepEqual(asked[1]?.keys, ['away']);
});

test('a row that may be too old is fetched anew', async () => {
  const { reads, asked, put, later } = madeOf({ maxStalenessMs: 100 });
  put('a');
  later(100);
  assert.equal((await reads.read('a')).kind, 'row');
  later(1);
  const fetched = reads.read('a');
  await turn();
  assert.deepEqual(asked, [{ batch: 1, keys: ['a'] }]);
  put('a', 2);
  reads.came(1, { keysRead: 1, watermark: 2 });
  assert.equal(((await fetched) as { watermark: number }).watermark, 2);
});

test('what is staler than wanted is not answered while no donor can be asked', async () => {
  const { reads, asked, put, later } = madeOf({ maxStalenessMs: 100 });
  put('a');
  later(101);
  const stale = ['a', 'b'].map((key) => reads.read(key));
  await turn();
  put('b');
  reads.failed(1);
  const [a, b] = await Promise.all(stale);
  assert.deepEqual(a, { kind: 'unavailable', key: 'a', why: 'stale' });
  assert.deepEqual([b?.kind, b?.kind === 'row' && b.from], ['row', 'joiner']);
  reads.close();
  assert.deepEqual(await reads.read('a'), { kind: 'unavailable', key: 'a', why: 'stale' });
  assert.equal(asked.length, 1);
});

test('where the donor hangs a miss is given up in time, others at once, and its row is taken when it comes', async () => {
  const { reads, asked, put, later } = madeOf();
  const missed = reads.read('a');
  await turn();
  later(1999);
  const second = reads.read('b');
  await turn();
  later(1);
  assert.deepEqual(await missed, { kind: 'unavailable', key: 'a', why: 'late' });
  // Somebody asks again, and is told so without waiting.
  assert.deepEqual(await reads.read('a'), { kind: 'unavailable', key: 'a', why: 'late' });
  assert.equal(asked.length, 2);
  later(1999);
  assert.deepEqual(await second, { kind: 'unavailable', key: 'b', why: 'late' });
  assert.deepEqual(reads.asked(1)?.keys, ['a']);
  put('a');
  reads.came(1, { keysRead: 1, watermark: 1 });
  reads.failed(2);
  assert.equal((await reads.read('a')).kind, 'row');
  void reads.read('c');
  await turn();
  assert.deepEqual(asked[2]?.keys, ['c']);
});

test('what waits for a donor that hangs does not pile up', async () => {
  const { reads, asked, later } = madeOf();
  for (let batch = 0; batch < 5; batch++) {
    void reads.read(batch);
    await turn();
  }
  assert.equal(asked.length, 4);
  later(2000);
  await turn();
  assert.equal(reads.keysUnderWay, 0);
  for (let batch = 1; batch <= 4; batch++) reads.failed(batch);
  assert.equal(asked.length, 4);
});

test('over a slow link readers wait as long as it takes', async () => {
  const { reads, later, put } = madeOf();
  const first = reads.read('a');
  await turn();
  later(1500);
  put('a');
  reads.came(1, { keysRead: 1, watermark: 1 });
  await first;
  const second = reads.read('b');
  await turn();
  later(4000);
  put('b');
  reads.came(2, { keysRead: 1, watermark: 1 });
  assert.equal((await second).kind, 'row');
});

test('it waits for a bounded number of keys, and its end settles all', async () => {
  const { reads } = madeOf();
  const waiting = Array.from({ length: 10_000 }, (_, n) => reads.read(n));
  assert.deepEqual(await reads.read('one more'), { kind: 'unavailable', key: 'one more', why: 'busy' });
  reads.close();
  const outcomes = await Promise.all(waiting);
  assert.ok(outcomes.every(({ kind }) => kind === 'unavailable'));
  assert.deepEqual(await reads.read('later'), { kind: 'unavailable', key: 'later', why: 'no-donor' });
});
