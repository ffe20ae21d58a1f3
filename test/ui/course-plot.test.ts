import assert from 'node:assert/strict';
import { test } from 'node:test';
import { frameFor } from '../../src/ui/analyze/page-frame.ts';
import { coursePlots } from '../../src/ui/course-plot.ts';
import { brushFor } from '../../src/ui/metrics-paint.ts';

/** A minute and a half in which somebody reads in the first half alone, with a break. */
const reads = Array.from({ length: 60 }, (_, step) => (step < 30 && step !== 10 ? 4 : 0));
const course = { fromMs: 0, stepMs: 1500, reads, hits: reads.map((count) => count / 2) };
const marks = [
  { name: 'hot-ready', atMs: 9000 },
  { name: 'in sync', atMs: 89_000 },
  { name: 'never seen', atMs: 91_000 },
];

test('no hit rate is drawn for a time in which nobody read, and marks stand where they came', () => {
  const frame = frameFor(brushFor([], { TERM: 'dumb', NO_COLOR: '1' }), 79);
  const lines = coursePlots([{ name: 'reads', role: 'good', course }], frame, marks);
  const foot = lines.find((line) => line.startsWith('  reads')) ?? '';
  const from = foot.indexOf('100 %') + 7;
  const bottom = (lines[3] ?? '').slice(from).padEnd(60);
  assert.equal(bottom[10], ' ');
  assert.ok(
    [...bottom.slice(0, 10), ...bottom.slice(11, 30)].every((cell) => cell !== ' '),
    bottom,
  );
  assert.equal(bottom.slice(30).trim(), '');
  assert.deepEqual(
    lines.slice(-2).map((line) => line.slice(from).trimEnd()),
    [`${' '.repeat(6)}^ hot-ready`, 'in sync ^'.padStart(60)],
  );
});

test('told in words a time without reads has no hit rate either', () => {
  const frame = frameFor(brushFor(['--plain'], {}), undefined);
  assert.deepEqual(coursePlots([{ name: 'reads', role: 'good', course }], frame, marks.slice(0, 1)), [
    '  hit rate of reads in time: 50 % by 15.0 s, 50 % by 30.0 s, 50 % by 45.0 s, no read by 1 min 00 s, no read by 1 min 15 s, no read by 1 min 30 s.',
    '  hot-ready after 9.0 s.',
  ]);
});
