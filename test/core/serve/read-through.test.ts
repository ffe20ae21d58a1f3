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
  const reads = new ReadThrough({
    find: (key) => rows.get(JSON.stringify(key)) ?? { kind: 'unknown', key, name: nameOf(key) },
    ask: (batch, keys) => asked.push({ batch, keys }),
    clock: { nowMs: () => nowMs },
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
  return { reads, asked, put, later: (ms: number) => (nowMs += ms), rows };
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

test('it waits for a bounded number of keys, and its end settles all', async () => {
  const { reads } = madeOf();
  const waiting = Array.from({ length: 10_000 }, (_, n) => reads.read(n));
  assert.deepEqual(await reads.read('one more'), { kind: 'unavailable', key: 'one more', why: 'busy' });
  reads.close();
  const outcomes = await Promise.all(waiting);
  assert.ok(outcomes.every(({ kind }) => kind === 'unavailable'));
  assert.deepEqual(await reads.read('later'), { kind: 'unavailable', key: 'later', why: 'no-donor' });
});
