import assert from 'node:assert/strict';
import { test } from 'node:test';
import { clockSkewLines } from '../../../src/ui/analyze/clock-skew-lines.ts';
import { gapLines } from '../../../src/ui/analyze/gap-lines.ts';
import { hottestKeys } from '../../../src/ui/analyze/hottest-keys.ts';
import { newKeysLines } from '../../../src/ui/analyze/new-keys-lines.ts';
import { replicaLines } from '../../../src/ui/analyze/replica-lines.ts';
import { summaryLines } from '../../../src/ui/analyze/summary-lines.ts';
import { trafficPlot } from '../../../src/ui/analyze/traffic-plot.ts';
import { weekHeatMap } from '../../../src/ui/analyze/week-heat-map.ts';
import { workingSetLines } from '../../../src/ui/analyze/working-set-lines.ts';
import { course, dayMs, frame, hourMs, mondayMs, profile, replica } from './page-example.ts';

const minuteMs = 60_000;

test('the summary says how much, of what, when and how unequal', () => {
  assert.deepEqual(summaryLines(profile(), frame(120)), [
    '  History     27,600 events · 500 keys · 10 days · 2023-01-02 00:00 UTC to 2023-01-11 23:59 UTC',
    '  Reads       ████████████████████████ 100.0 %',
    '  Skew        hottest 1 % of keys: 40 % of reads, 10 %: 70 % · Gini 0.75 · Zipf 0.90',
  ]);
  assert.equal(summaryLines(profile(), frame(80)).length, 5);
});

test('without reads there is no skew, and one moment is no period', () => {
  const lines = summaryLines(
    profile({ reads: 0, writes: 1, events: 1, keys: 1, readShare: 0, lastMs: mondayMs }),
    frame(),
  );
  assert.deepEqual(lines, [
    '  History     1 event · 1 key · 2023-01-02 00:00 UTC',
    '  Reads       ░░░░░░░░░░░░░░░░░░░░░░░░ 0.0 %',
  ]);
});

test('the plot has a scale, columns for the whole time and an axis', () => {
  const lines = trafficPlot(profile(), frame());
  assert.equal(lines[0], '  Traffic     events an hour, UTC, 230 at most');
  assert.match(lines[1] ?? '', /^ {9}240 ┤[ ▁▂▃▄▅▆▇█]{66}$/);
  assert.match(lines[4] ?? '', /^ {9}120 ┤/);
  assert.match(lines[6] ?? '', /^ {13}│▃/);
  assert.match(lines[7] ?? '', /^ {13}└┬─{65}$|^ {13}└[┬─]{66}$/);
  assert.match(lines[8] ?? '', /^ {20}Tue 3 Jan +Thu 5 Jan/);
  assert.equal(lines.length, 9);
  assert.equal(trafficPlot(profile(), frame(120)).length, 11);
});

test('a step that the history covers in part is no dip', () => {
  const reads = [60, 60, 60, 60, 30];
  const timeline = { fromMs: mondayMs, stepMs: hourMs, reads, writes: [0, 0, 0, 0, 0] };
  const span = { fromMs: mondayMs, toMs: mondayMs + 4.5 * hourMs, strayEvents: 3 };
  const lines = trafficPlot(course({ timeline, span }), frame());
  assert.equal(lines[0], '  Traffic     events an hour, UTC, 60 at most; 3 events far outside');
  assert.equal(lines[1], `        60 ┤${'█'.repeat(66)}`.padStart(80));
});

test('less than four steps are no course', () => {
  const timeline = { fromMs: mondayMs, stepMs: hourMs, reads: [1, 2, 3], writes: [0, 0, 0] };
  assert.deepEqual(trafficPlot(course({ timeline }), frame()), []);
  assert.deepEqual(trafficPlot(profile({ course: undefined }), frame()), []);
});

test('the heat map has a row a weekday, and hours under their labels', () => {
  const lines = weekHeatMap(profile(), frame());
  assert.equal(lines.length, 10);
  assert.equal(lines[0], '  Week (UTC)      00    03    06    09    12    15    18    21');
  assert.equal(
    lines[1],
    `              Mon ··${'░░'.repeat(5)}${'▒▒'.repeat(6)}${'▓▓'.repeat(5)}${'██'.repeat(7)}`,
  );
  assert.equal(lines[7], `              Sun ${'·'.repeat(48)}`);
  assert.match(lines[8] ?? '', /^ {14}all ··▁▁.*██$/);
  assert.equal(lines[9], '                  busiest Mon 23:00, with 23 events an hour');
});

test('days and hours that the history has not are left out', () => {
  const weekHours = Array.from({ length: 7 }, (_, day) => new Array(24).fill(day < 2 ? day + 1 : null));
  weekHours[2] = [2, ...new Array(23).fill(null)];
  const lines = weekHeatMap(course({ weekHours }), frame());
  assert.deepEqual(
    lines.slice(1, -2).map((line) => line.slice(14, 20)),
    ['Mon ▒▒', 'Tue ██', 'Wed ██'],
  );
  assert.equal(lines[3]?.trimEnd().length, 20);
  const short = { fromMs: mondayMs, toMs: mondayMs + 2 * dayMs - 1, strayEvents: 0 };
  assert.deepEqual(weekHeatMap(course({ span: short }), frame()), []);
});

test('hot keys have their own course, and those that are never read are not among them', () => {
  assert.deepEqual(hottestKeys(profile(), frame()), [
    '  Hottest     first                      ·▂▄█                    13.8 k   50.0 %',
    '              second                     █▆▄▂                       138    0.5 %',
  ]);
});

test('hot keys of a moment have bars, and keys are safe to print and cut by the cells they take', () => {
  const key = `\u001b[2J${'鍵'.repeat(40)}end`;
  const hottest = [{ key, reads: 5, writes: 0, sizeBytes: undefined, accesses: [5] }];
  const [line] = hottestKeys(profile({ hottest, reads: 5 }), frame());
  assert.equal(line, `  Hottest     \\u001b[2J鍵鍵…${'鍵'.repeat(4)}end  ${'█'.repeat(22)}       5  100.0 %`);
});

test('the working set is shown by window, with its course', () => {
  const lines = workingSetLines(profile(), frame());
  assert.match(lines[0] ?? '', /^ {2}Working set an hour {7}20 keys, at most 40 {9}[·▁▂▃▄▅▆▇█]{24}$/);
  assert.deepEqual(lines.slice(1), [
    '              a day        100 keys, at most 150',
    '              all          500 keys',
  ]);
  const byWindow = [{ windowMs: 5, meanKeys: 1, mostKeys: 1 }];
  const { workingSet } = profile().course ?? {};
  assert.ok(workingSet);
  assert.deepEqual(workingSetLines(course({ workingSet: { ...workingSet, byWindow } }), frame()), []);
});

test('new keys are told day by day, and the first day does not hide the others', () => {
  const [line] = newKeysLines(profile(), frame());
  assert.equal(line, '  New keys    400 in the first day, then 11 a day       ██▄▂▂▁▁▁▁·');
  const newKeys = { fromMs: mondayMs, stepMs: 2 * dayMs, keys: [9, 1, 1, 1] };
  assert.match(
    newKeysLines(course({ newKeys }), frame())[0] ?? '',
    /9 in the first 2 days, then 0.5 a day +████$/,
  );
  assert.deepEqual(newKeysLines(course({ newKeys: { ...newKeys, keys: [1, 2, 3] } }), frame()), []);
});

test('replicas stand side by side, with what only they see; one alone does not', () => {
  assert.deepEqual(replicaLines(profile(), frame()), []);
  const replicas = [
    replica('us-east'),
    replica('a\u202ereplica with a long name', { accesses: [1000], onlyKeys: 0, onlyShare: 0 }),
    ...Array.from({ length: 8 }, (_, i) => replica(`r${i}`)),
  ];
  const lines = replicaLines(profile({ replicas, events: 2000 }), frame());
  assert.equal(lines[0], `  Replicas ${' '.repeat(31)} events  reads     keys      only here`);
  assert.equal(lines[1], '              us-east        ▂▄▆█           1.0 k   90 %       50        5  10 %');
  assert.equal(lines[2], '              a\\u202ereplic… █████▌░░░░░    1.0 k   90 %       50        0   0 %');
  assert.deepEqual([lines.length, lines.at(-1)], [10, '              and 2 more']);
});

test('the largest gaps are shown in the order of time, and the others counted', () => {
  const gap = (hour: number, expectedEvents: number, name = 'r1') => ({
    replica: name,
    fromMs: mondayMs + hour * hourMs,
    toMs: mondayMs + hour * hourMs + 47 * minuteMs,
    expectedEvents,
    basis: 'own-rate' as const,
  });
  const largest = [gap(1, 500), gap(2, 10), gap(3, 900), gap(4, 700)];
  assert.deepEqual(gapLines(course({ gaps: { largest, more: 2 } }), frame()), [
    '  Gaps (UTC)  ! 2023-01-02 01:00 silent 47 min: 500 expected',
    '              ! 2023-01-02 03:00 silent 47 min: 900 expected',
    '              ! 2023-01-02 04:00 silent 47 min: 700 expected',
    '              and 3 smaller gaps',
  ]);
  const two = {
    ...course({ gaps: { largest: [gap(1, 500, 'us-east-1-production')], more: 0 } }),
    replicas: [replica('us-east-1-production'), replica('b')],
  };
  assert.deepEqual(gapLines(two, frame()), [
    '  Gaps (UTC)  ! us-east-1… 2023-01-02 01:00 silent 47 min: 500 expected',
  ]);
  assert.deepEqual(gapLines(profile(), frame()), []);
});

test('clocks that are apart come first, then those that agree, then those of which nothing can be told', () => {
  const clockSkew = {
    reference: 'us-east',
    resolutionMs: minuteMs,
    replicas: [
      { name: 'c', reason: 'no-peak' as const },
      { name: 'b', offsetMs: 0, correlation: 0.9, by: 'writes' as const },
      { name: 'a', offsetMs: -65 * minuteMs, correlation: 0.4, by: 'reads' as const },
      { name: 'd', offsetMs: 7 * minuteMs, correlation: 0.4, by: 'writes' as const },
      { name: 'e', reason: 'too-little' as const },
    ],
  };
  assert.deepEqual(clockSkewLines(course({ clockSkew }), frame()), [
    "  Clocks      ! a's reads are 1 h 05 min earlier than us-east's",
    "              ! d's writes are 7 min later than us-east's",
    '              ✓ b agrees with us-east to the minute',
    '              c: cannot be told, no shared traffic that shows',
  ]);
  assert.deepEqual(clockSkewLines(profile(), frame()), []);
});
