import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseDuration, parseTime } from '../../src/cli/duration-flag.ts';
import { parseKeyCount, parseSize } from '../../src/core/amounts.ts';

test('durations', () => {
  const hour = 3_600_000;
  const good = {
    '15m': hour / 4,
    '24h': 24 * hour,
    '7d': 168 * hour,
    '0.25h': hour / 4,
    '90s': 90_000,
    '5ms': 5,
    '2w': 336 * hour,
  };
  for (const [text, ms] of Object.entries(good)) assert.equal(parseDuration(text), ms, text);
  for (const text of [
    '',
    '24',
    'h',
    '-1h',
    '0h',
    '0.0001ms',
    '1e3h',
    '1 day',
    '24 h',
    '١h',
    '999999999w',
    'Infinityh',
    '1h30m',
  ]) {
    assert.equal(parseDuration(text), undefined, text);
  }
});

test('times', () => {
  const good = {
    '2011-11-01T00:00:00Z': Date.UTC(2011, 10, 1),
    '2011-11-01T02:00:00+02:00': Date.UTC(2011, 10, 1),
    '2011-11-01T00:00:00.250Z': Date.UTC(2011, 10, 1) + 250,
    '2011-11-01 08:30': Date.UTC(2011, 10, 1, 8, 30),
    '2011-11-01': Date.UTC(2011, 10, 1),
    '1320105600000': Date.UTC(2011, 10, 1),
  };
  for (const [text, ms] of Object.entries(good)) assert.equal(parseTime(text), ms, text);
  for (const text of [
    '',
    'now',
    '2011',
    '2011-13-01',
    '2011-11-01T25:00:00Z',
    '1 Nov 2011',
    '9'.repeat(16),
    '12',
  ]) {
    assert.equal(parseTime(text), undefined, text);
  }
});

test('sizes', () => {
  const good = {
    '64MiB': 64 * 2 ** 20,
    '10MB': 10_000_000,
    '1G': 2 ** 30,
    '4096': 4096,
    '1.5k': 1536,
    '12B': 12,
    '2 GiB': 2 ** 31,
    '1kb': 1000,
  };
  for (const [text, bytes] of Object.entries(good)) assert.equal(parseSize(text), bytes, text);
  for (const text of ['', '0', '-1M', 'MB', '1X', '1iB', '9999P', '1e9', '0.1', '1 0M'])
    assert.equal(parseSize(text), undefined, text);
});

test('numbers of keys', () => {
  const good = { '20000000': 20e6, '20M': 20e6, '20m': 20e6, '1.5k': 1500, '500 K': 500_000, '1G': 1e9 };
  for (const [text, keys] of Object.entries(good)) assert.equal(parseKeyCount(text), keys, text);
  for (const text of [
    '',
    '0',
    '0.1',
    '-1',
    '1e6',
    '20MiB',
    '20,000',
    'M',
    '١',
    '99999999999999999',
    '99999999G',
  ])
    assert.equal(parseKeyCount(text), undefined, text);
});
