import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  formatByteRate,
  formatBytes,
  formatCompact,
  formatCount,
  formatCounted,
  formatDuration,
  formatEta,
  formatEtaRange,
  formatHitRate,
  formatInstant,
  formatPercent,
  formatRate,
  formatSpan,
} from '../../src/ui/format.ts';

function all(format: (value: number) => string, cases: Record<string, number>): void {
  for (const [expected, value] of Object.entries(cases)) assert.equal(format(value), expected);
}

test('bytes in powers of 1024', () => {
  const MiB = 1024 ** 2;
  all(formatBytes, {
    '0 B': 0,
    '512 B': 512,
    '1.0 KiB': 1024,
    '12.3 MiB': 12.3 * MiB,
    '123 MiB': 123.4 * MiB,
    '1.0 GiB': 1023.7 * MiB,
    '5.0 TiB': 5 * MiB * MiB,
  });
  assert.equal(formatByteRate(21 * MiB), '21.0 MiB/s');
  assert.equal(formatBytes(Number.NaN), '? B');
});

test('counts in full and in little room', () => {
  all(formatCount, { '0': 0, '999': 999, '1,234': 1_234, '1,234,567': 1_234_567 });
  all(formatCompact, { '950': 950, '1.0 k': 999.6, '71.0 k': 71_000, '1.2 M': 1_234_567 });
  assert.equal(formatCounted(1, 'round'), '1 round');
  assert.equal(formatCounted(3_000, 'round'), '3,000 rounds');
});

test('durations change their unit where they would round up to it', () => {
  const second = 1_000;
  const minute = 60 * second;
  all(formatDuration, {
    '0 ms': 0,
    '40 ms': 40,
    '0.1 s': 95,
    '1.4 s': 1_400,
    '59.9 s': 59_940,
    '1 min 00 s': 59_960,
    '2 min 03 s': 123 * second,
  });
  all(formatDuration, { '1 h 05 min': 65 * minute, '3 d 04 h': 76 * 60 * minute });
  all(formatEta, { '1 s': 200, '4 s': 4_000, '1 min 00 s': 59_100, '2 min 03 s': 123 * second });
  assert.equal(formatDuration(Number.NaN), '?');
});

test('of a time that was chosen nothing is said that is zero', () => {
  all(formatSpan, {
    '2 s': 2000,
    '7 min': 420_000,
    '1 h 30 min': 5_400_000,
    '24 h': 86_400_000,
    '16 d': 1_382_400_000,
  });
});

test('a hit rate has one decimal', () => {
  all(formatHitRate, { '77.8 %': 0.77862, '100.0 %': 1, '<0.1 %': 0.0004 });
});

test('rates below ten keep two digits', () => {
  all(formatRate, { '0': 0, '0.042': 0.0421, '7.5': 7.49, '10': 10, '71.0 k': 71_000 });
});

test('a percentage is full only for all and empty only for nothing', () => {
  all(formatPercent, { '0 %': 0, '<1 %': 0.001, '43 %': 0.437, '99 %': 0.9999, '100 %': 1, '29 %': 0.29 });
  assert.equal(formatPercent(0.9999, 1), '99.9 %');
  fc.assert(
    fc.property(fc.double({ min: 1e-9, max: 1 - 1e-6, noNaN: true }), (share) => {
      assert.ok(!['0 %', '100 %'].includes(formatPercent(share)));
    }),
    { seed: 3 },
  );
});

test('instants say their zone', () => {
  assert.equal(formatInstant(Date.UTC(2011, 10, 1, 8, 41)), '2011-11-01 08:41 UTC');
});

test('between which times a phase ends is told in whole units, no finer than is known', () => {
  const cases: [least: number, most: number, words: string][] = [
    [40_400, 54_100, '40 to 55 s'],
    [40_400, 40_900, '41 s'],
    [100, 7_500, '8 s'],
    [59_000, 119_000, '59 to 119 s'],
    [100_000, 200_000, '1 to 4 min'],
    [3_600_000, 7_300_000, '1 to 3 h'],
    [86_400_000, 400_000_000, '1 to 5 d'],
    [Number.NaN, 1, '?'],
  ];
  for (const [least, most, words] of cases) assert.equal(formatEtaRange(least, most), words);
});
