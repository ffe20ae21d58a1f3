import assert from 'node:assert/strict';
import { test } from 'node:test';
import { AnalyzeProgress } from '../../../src/ui/analyze/progress.ts';
import { LiveLine } from '../../../src/ui/live-line.ts';

const MiB = 1024 ** 2;
const line = (text: string) => `\r\u001b[2K${text}`;

function recorded(use: (progress: AnalyzeProgress, passMs: (ms: number) => void) => void): string[] {
  const written: string[] = [];
  let nowMs = 5000;
  const progress = new AnalyzeProgress(
    new LiveLine({ write: (text: string) => written.push(text) > 0 }, () => nowMs),
    () => nowMs,
  );
  use(progress, (ms) => {
    nowMs += ms;
  });
  return written;
}

test('reading is one line with share, rate and ETA, of what this run reads itself', () => {
  const base = { path: '/logs/a\u001b[2J.csv', events: 0, totalBytes: 1000 * MiB };
  const written = recorded((progress, passMs) => {
    progress.show({ ...base, bytes: MiB, doneBytes: MiB, readBytes: MiB });
    passMs(50);
    progress.show({ ...base, bytes: MiB, doneBytes: 2 * MiB, readBytes: 2 * MiB });
    passMs(1950);
    // 500 MiB were read before, so 100 MiB took two seconds.
    progress.show({ ...base, bytes: 300 * MiB, doneBytes: 600 * MiB, readBytes: 100 * MiB });
    progress.show({ ...base, bytes: 900 * MiB, doneBytes: 1000 * MiB, readBytes: 500 * MiB });
    progress.show({ ...base, bytes: 950 * MiB, doneBytes: 1000 * MiB, readBytes: 500 * MiB });
    progress.clear();
  });
  assert.deepEqual(written, [
    line('reading a\\u001b[2J.csv  <1 % of 1000 MiB'),
    line('reading a\\u001b[2J.csv  60 % of 1000 MiB  50.0 MiB/s  ETA 8 s'),
    line('read 1000 MiB, counting and storing'),
    line(''),
  ]);
});

test('standard input has a rate and no end that is known', () => {
  const written = recorded((progress, passMs) => {
    passMs(2000);
    const counts = { events: 0, bytes: 10 * MiB, doneBytes: 0, readBytes: 0, totalBytes: undefined };
    progress.show({ path: '-', ...counts });
  });
  assert.deepEqual(written, [line('reading standard input  10.0 MiB  5.0 MiB/s')]);
});

test('the line fits 80 columns', () => {
  const [written = ''] = recorded((progress, passMs) => {
    passMs(100_000);
    progress.show({
      path: `/${'n'.repeat(200)}.csv`,
      events: 0,
      bytes: 1,
      doneBytes: 1e8,
      readBytes: 1e7,
      totalBytes: 1e9,
    });
  });
  assert.ok(written.length - 5 <= 79, written);
});
