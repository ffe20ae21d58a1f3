import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { RunEvent } from '../../src/core/sync/events.ts';
import { foldRun } from '../../src/core/sync/fold.ts';
import { progressLine } from '../../src/ui/plain/lines.ts';
import { summaryOf } from '../../src/ui/plain/summary.ts';
import { readsWords } from '../../src/ui/reads-words.ts';
import { draw, utf8 } from './dashboard/draw.ts';
import { recordedRun } from './recorded-run.ts';

const run = recordedRun({ readsPerSecond: 2000 });
const half = run.slice(0, Math.ceil(run.length / 2));

test('the dashboard tells at 80x24 how the reads of a joiner go, beside all that it tells otherwise', async () => {
  const { frame } = await draw(run, 80, 24, utf8, 0.5);
  const screen = frame.join('\n');
  assert.match(screen, /^ ?reads +2\.\d+ ?k reads\/s, 97.0 % hits, 12 keys on their way/m, screen);
  for (const told of [/rate /, /plan /, /donors /, /snapshot /]) assert.match(screen, told, screen);
  assert.ok(frame.length < 24 && frame.every((line) => line.length <= 80), screen);
});

test('where nobody reads the dashboard has no row for it', async () => {
  const { frame } = await draw(recordedRun(), 80, 24, utf8, 0.5);
  assert.doesNotMatch(frame.join('\n'), /reads\/s/);
});

test('plain lines and the summary tell of reads', () => {
  assert.match(
    progressLine(foldRun(half)) ?? '',
    / {2}2\.\d+k? ?.*reads\/s, 97.0 % hits, 12 keys on their way/,
  );
  assert.ok(
    summaryOf(foldRun(run)).some((line) =>
      /It answered [\d,]+ of [\d,]+ reads by itself \(97\.\d %\)/.test(line),
    ),
  );
});

const atMs = half.at(-1)?.atMs ?? 0;
const served = (reads: number, laterMs: number): RunEvent => ({
  ...{ type: 'served', atMs: atMs + laterMs, reads, hits: reads - 10, keysUnderWay: 0, notLogged: 2 },
});

test('reads of an agent that was begun anew are added to those of the one before', () => {
  const before = foldRun(half).serving?.reads ?? 0;
  const { serving } = foldRun([...half, served(100, 1000), served(300, 2000)]);
  assert.equal(serving?.reads, before + 300);
  assert.equal(serving?.readsPerSecond, 200);
  assert.equal(serving?.notLogged, 2);
  assert.equal(serving?.recentHitRate, undefined);
  assert.equal(serving?.log?.file, '/srv/shop.db.foresync-reads.jsonl');
});

test('what is not known of reads is not told', () => {
  const none = { address: '', sinceMs: 0, reads: 0, hits: 0, keysUnderWay: 0, notLogged: 0 };
  assert.equal(readsWords(none), 'nobody reads yet');
  assert.equal(readsWords({ ...none, reads: 7 }), '7 reads');
  assert.equal(readsWords({ ...none, reads: 7, keysUnderWay: 1 }), '7 reads, 1 key on its way');
});

test('reads that the log lacks are told with the run', () => {
  const lacking = foldRun([...run.slice(0, -1), served(1e9, 0), ...run.slice(-1)]);
  assert.ok(summaryOf(lacking).some((line) => /lacks 2 reads/.test(line)));
  assert.ok(!summaryOf(foldRun(run)).some((line) => /lacks/.test(line)));
});
