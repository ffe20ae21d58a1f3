import assert from 'node:assert/strict';
import { test } from 'node:test';
import { mostFrequent, mostRecent, withinBudget } from '../../../src/core/simulate/hot-list.ts';
import { KnownKeys } from '../../../src/core/simulate/known-keys.ts';

function keysOf(...found: [pastReads: number, lastReadMs: number, sizeBytes: number][]): KnownKeys {
  const keys = new KnownKeys();
  for (const [n, [pastReads, lastReadMs, sizeBytes]] of found.entries())
    keys.add(String(n), { pastReads, lastReadMs, sizeBytes, scanPlace: 0, isNew: false });
  return keys;
}

const never = Number.NEGATIVE_INFINITY;
const keys = keysOf([5, 10, 100], [9, 20, 300], [0, never, 100], [5, 30, Number.NaN]);

test('LFU goes by the number of reads, of equal ones by the last read; LRU by the last read; keys without one stay back', () => {
  assert.deepEqual([...mostFrequent(keys)], [1, 3, 0]);
  assert.deepEqual([...mostRecent(keys)], [3, 1, 0]);
});

test('a budget in keys cuts the order, and one in bytes passes over what does not fit', () => {
  const order = Uint32Array.of(1, 3, 0);
  const cut = (budget: { keys?: number; bytes?: number }, share = 1) =>
    withinBudget(keys, order, { budget, share, rowBytes: 150 });
  assert.deepEqual([...cut({ keys: 2 }).keys], [1, 3]);
  assert.deepEqual([...cut({ bytes: 260 }).keys], [3, 0]);
  assert.deepEqual(cut({ bytes: 260 }).load, { rows: 2, bytes: 250 });
  assert.deepEqual(cut({}).load, { rows: 3, bytes: 550 });
});

test('keys of a sample stand for those of the whole table', () => {
  const order = Uint32Array.of(1, 3, 0);
  const { keys: some, load } = withinBudget(keys, order, { budget: { keys: 20 }, share: 0.1, rowBytes: 150 });
  assert.deepEqual([...some], [1, 3]);
  assert.deepEqual(load, { rows: 20, bytes: 4500 });
});

test('a thousand and more keys are kept apart', () => {
  const many = new KnownKeys();
  for (let n = 0; n < 3000; n++)
    many.add(`k${n}`, { pastReads: n, lastReadMs: n, sizeBytes: n, scanPlace: n / 3000, isNew: n === 2999 });
  assert.equal(many.placeOf('k2999'), 2999);
  assert.equal(many.placeOf('k3000'), undefined);
  assert.equal(many.pastReads[1500], 1500);
  assert.equal(many.isNew[2999], 1);
});
