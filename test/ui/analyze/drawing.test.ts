import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { columnPlot, roundTop } from '../../../src/ui/analyze/column-plot.ts';
import { condense, resample } from '../../../src/ui/analyze/resample.ts';
import { timeAxis } from '../../../src/ui/analyze/time-axis.ts';
import { themeFor } from '../../../src/ui/theme.ts';
import { dayMs, hourMs, mondayMs } from './page-example.ts';

const unicode = themeFor([], { LANG: 'en_GB.UTF-8' });
const ascii = themeFor([], { LC_ALL: 'C' });

test('columns are as high as their values, and what is more than nothing shows', () => {
  assert.deepEqual(columnPlot([0, 0.001, 4, 8, 16], 2, 16, unicode), ['    █', ' ▁▄██']);
  assert.deepEqual(columnPlot([0, 1, 10], 2, 10, ascii), ['  #', ' _#']);
});

test('the scale is the next number of few digits', () => {
  assert.deepEqual(
    [0, 0.07, 1, 1.1, 55, 100, 990, 3600].map(roundTop),
    [1, 0.08, 1, 1.2, 60, 100, 1000, 4000],
  );
});

test('resampling keeps the mean, whatever the widths', () => {
  const values = fc.array(fc.nat(1000), { minLength: 1, maxLength: 300 });
  fc.assert(
    fc.property(values, fc.integer({ min: 1, max: 110 }), (given, width) => {
      const found = resample(given, width);
      assert.equal(found.length, width);
      const mean = (list: number[]) => list.reduce((sum, value) => sum + value, 0) / list.length;
      if (given.length >= width) assert.ok(Math.abs(mean(found) - mean(given)) < 1e-6);
      else assert.ok(found.every((value) => given.includes(value)));
    }),
    { seed: 2 },
  );
  assert.deepEqual(resample([1, 2], 4), [1, 1, 2, 2]);
  assert.deepEqual(resample([1, 2, 3], 2), [4 / 3, 8 / 3]);
  assert.deepEqual(condense([1, 2], 4), [1, 2]);
});

test('the axis marks round moments, as many as have room, at their columns', () => {
  const [line, labels] = timeAxis(mondayMs, mondayMs + 4 * dayMs, 48, unicode);
  assert.equal(line, '┬───────────┬───────────┬───────────┬───────────');
  assert.equal(labels, 'Mon 2 Jan   Tue 3 Jan   Wed 4 Jan   Thu 5 Jan');
  assert.deepEqual(timeAxis(mondayMs + 1, mondayMs + 6 * hourMs, 24, ascii), [
    '-----------+-----------'.padEnd(24, '-'),
    '           03:00',
  ]);
  const [, years] = timeAxis(Date.UTC(2011, 5), Date.UTC(2020, 5), 66, unicode);
  assert.match(years, /^ +2012 +2013 +2014 .* 2020$/);
  const [, months] = timeAxis(Date.UTC(2011, 10, 15), Date.UTC(2012, 2, 15), 66, unicode);
  assert.match(months, /^ +2011-12 +2012-01 +2012-02 +2012-03$/);
});

test('the axis is as wide as the plot, the labels no wider, for any history', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 0, max: 4e12 }),
      fc.integer({ min: 60_000, max: 1.2e14 }),
      fc.integer({ min: 60, max: 110 }),
      (fromMs, spanMs, width) => {
        const [line, labels] = timeAxis(fromMs, fromMs + spanMs, width, unicode);
        assert.equal(line.length, width);
        assert.ok(labels.length <= width);
        for (const [at, sign] of [...line].entries()) {
          if (sign === '┬') assert.match(labels.slice(Math.max(0, at - 1)), at === 0 ? /^\S/ : /^ \S/);
        }
      },
    ),
    { seed: 6 },
  );
});
