import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseTimeBudget } from '../../src/cli/time-budget-flag.ts';

test('a plain number counts work, a duration goes by the clock', () => {
  assert.deepEqual(parseTimeBudget('5'), { seconds: 5, byClock: false });
  assert.deepEqual(parseTimeBudget(' 0.5 '), { seconds: 0.5, byClock: false });
  assert.deepEqual(parseTimeBudget('5s'), { seconds: 5, byClock: true });
  assert.deepEqual(parseTimeBudget('2m'), { seconds: 120, byClock: true });
});

test('what is no budget, next to nothing or hours long is refused', () => {
  for (const text of ['', '0', '-1', '0.01', '1ms', '5000', '2h', 'x', '1e9', '5 s', '0x5'])
    assert.equal(parseTimeBudget(text), undefined, text);
});
