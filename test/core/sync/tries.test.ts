import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ForesyncError } from '../../../src/core/errors.ts';
import { isLost, Tries } from '../../../src/core/sync/tries.ts';

test('each try without progress waits twice as long, up to a minute, until there were enough', () => {
  const tries = new Tries(8);
  const delays = Array.from({ length: 9 }, () => tries.next(false)?.delayMs);
  assert.deepEqual(delays, [1000, 2000, 4000, 8000, 16_000, 32_000, 60_000, 60_000, undefined]);
});

test('a try that made progress starts the count anew, also after the last one', () => {
  const tries = new Tries(2);
  assert.equal(tries.next(false)?.words, 'Trying again in 1 s (1 of 2).');
  assert.equal(tries.next(false)?.words, 'Trying again in 2 s (2 of 2).');
  assert.equal(tries.next(true)?.words, 'Trying again in 1 s (1 of 2).');
  tries.next(false);
  assert.equal(tries.next(false), undefined);
});

test('with no tries allowed there is none, whatever progress was made', () => {
  assert.equal(new Tries(0).next(true), undefined);
});

test('who cannot be reached is lost; who refuses is not', () => {
  assert.equal(isLost(new ForesyncError('unreachable', 'agent-lost', 'gone')), true);
  assert.equal(isLost(new ForesyncError('io', 'disk-full', 'full')), false);
  assert.equal(isLost(new Error('gone')), false);
});
