import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { profileOf } from '../../../src/core/history/traffic/profile.ts';
import { frameFor } from '../../../src/ui/analyze/page-frame.ts';
import { trafficPage } from '../../../src/ui/analyze/traffic-page.ts';
import { asciiFrame, frame, mondayMs, profile, replica, widest } from './page-example.ts';

const minuteMs = 60_000;

/** A profile of a few events anywhere, as a hostile log may give it. */
const anyProfile = fc
  .record({
    names: fc.uniqueArray(fc.string({ maxLength: 40, unit: 'grapheme' }), { minLength: 1, maxLength: 10 }),
    keys: fc.array(fc.string({ maxLength: 80, unit: 'grapheme' }), { maxLength: 10 }),
    offsets: fc.uniqueArray(fc.nat(200_000), { minLength: 1, maxLength: 80 }),
    reads: fc.nat(4_000_000_000),
  })
  .map(({ names, keys, offsets, reads }) => {
    const minutes = Int32Array.from(offsets, (offset) => mondayMs / minuteMs + offset).sort();
    const counts = Uint32Array.from(minutes, () => reads);
    const series = { buckets: minutes, reads: counts, writes: counts };
    const sum = reads * minutes.length;
    const firstMs = (minutes[0] ?? 0) * minuteMs;
    const lastMs = (minutes.at(-1) ?? 0) * minuteMs;
    const hottest = keys.map((key) => ({ key, reads: sum, writes: 0, sizeBytes: undefined, series }));
    return profileOf(
      minuteMs,
      names.map((name) => ({ name, firstMs, lastMs, keys: 1, reads: sum, writes: sum, perBucket: series })),
      {
        keys: 1,
        coldKeys: 0,
        readLevels: [{ reads: sum, keys: 1 }],
        hottest,
        newKeysByDay: [{ day: Math.floor(firstMs / 86_400_000), keys: 1 }],
        activeByHour: [...new Set([...minutes].map((minute) => Math.floor(minute / 60)))].map((hour) => ({
          hour,
          keys: 1,
        })),
        activeByDay: [],
        onlyAt: names.map(() => 1),
      },
    );
  });

test('no line is wider than the terminal, whatever the history', () => {
  fc.assert(
    fc.property(anyProfile, fc.integer({ min: 80, max: 120 }), (found, columns) => {
      for (const shown of [frame(columns), asciiFrame(columns)]) {
        const lines = trafficPage(found, shown);
        assert.ok(
          widest(lines) <= columns,
          lines.find((line) => line.length > columns),
        );
        assert.ok(!/[\p{Cc}\u202a-\u202e]/u.test(lines.join('')));
        assert.ok(lines.every((line, index) => line !== '' || (lines[index + 1] ?? '') !== ''));
      }
    }),
    { seed: 9, numRuns: 60 },
  );
});

test('a terminal that shows ASCII alone gets ASCII alone', () => {
  const replicas = [replica('a name that is too long for its column'), replica('b')];
  const lines = trafficPage(profile({ replicas }), asciiFrame());
  assert.match(lines.join('\n'), /^[\n\x20-\x7e]*$/);
});

test('what says nothing is left out, and the traffic and the hottest keys come last', () => {
  const whole = trafficPage(profile(), frame());
  const at = (label: string) => whole.findIndex((line) => line.startsWith(`  ${label}`));
  const order = ['Week', 'Working set', 'New keys', 'Traffic', 'Hottest', 'History', 'Reads', 'Skew'].map(at);
  assert.deepEqual(
    order,
    [...order].sort((a, b) => a - b),
  );
  assert.ok(order.every((place) => place >= 0));
  assert.ok(whole.length - at('Traffic') <= 20, 'fits a terminal of 24 lines with what follows');
  const bare = trafficPage(profile({ course: undefined, hottest: [] }), frame());
  assert.deepEqual(
    bare.map((line) => line.slice(2, 9)),
    ['History', '       ', 'Reads  ', 'Skew   ', '       '],
  );
});

test('the page is as wide as the terminal, from 80 to 120', () => {
  const { brush } = frame();
  assert.deepEqual(
    [undefined, 20, 80, 100, 300].map((columns) => frameFor(brush, columns).width),
    [80, 80, 80, 100, 120],
  );
  assert.equal(widest(trafficPage(profile(), frame(100))), 100);
});
