import assert from 'node:assert/strict';
import { test } from 'node:test';
import { keptWords, rangeWords } from '../../src/ui/promise-words.ts';

test('whether a promise was kept is judged by the figures that were shown', () => {
  const hot = { leastMs: 900, mostMs: 2400 };
  assert.equal(rangeWords(hot), '3 s or less');
  assert.equal(keptWords(hot, 840), 'kept');
  assert.equal(keptWords(hot, 2900), 'kept');
  const sync = { leastMs: 1200, mostMs: 2600 };
  assert.equal(rangeWords(sync), '1 to 3 s');
  assert.equal(keptWords(sync, 6000), '3.0 s later');
  assert.equal(keptWords(sync, 3000), 'kept');
  assert.equal(keptWords({ leastMs: 4100, mostMs: 9000 }, 2000), 'kept, 2.0 s sooner');
});
