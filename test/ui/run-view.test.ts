import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { RunEvent } from '../../src/core/sync/events.ts';
import { foldRun, RunFold } from '../../src/core/sync/fold.ts';
import type { RunSnapshot } from '../../src/core/sync/snapshot.ts';
import { PlainPrinter } from '../../src/ui/plain/printer.ts';
import { summaryOf } from '../../src/ui/plain/summary.ts';
import { hitRateNow, readsShare } from '../../src/ui/plain/words.ts';
import { showRun } from '../../src/ui/run-view.ts';
import { fakeTerminal, unsteered } from './fake-terminal.ts';
import { recordedPrefetch, recordedRun } from './recorded-run.ts';

async function show(events: RunEvent[], { json = false, isTTY = false, env = {} as NodeJS.ProcessEnv }) {
  const stdout = fakeTerminal(80, 24, isTTY);
  const stderr = fakeTerminal(80, 24, isTTY);
  const nowMs = events.at(-1)?.atMs ?? 0;
  const view = showRun({
    json,
    stdout: stdout.stream,
    stderr: stderr.stream,
    fold: new RunFold(),
    clock: { nowMs: () => nowMs },
    ...unsteered,
    env,
  });
  for (const event of events) view.onEvent(event);
  await view.end();
  return { stdout: stdout.written(), stderr: stderr.written() };
}

test('without a terminal: changes as lines on standard error, the summary on standard output', async () => {
  const { stdout, stderr } = await show(recordedRun({ note: 'odd\u001b[2J' }), {});
  assert.match(stdout, /^eu-west holds items: 200,000 rows/);
  const lines = stderr.trimEnd().split('\n');
  for (const line of lines) assert.match(line, /^\[\d\d:\d\d:\d\d\] \S/);
  for (const part of [
    /snapshot {2}running/,
    /snapshot {2}done in 4\.0 s {2}188,000 rows {2}15\.1 MiB sent/,
    /warning: odd\\u001b\[2J/,
  ])
    assert.match(stderr, part);
  assert.ok(!stdout.includes('\u001b') && !stderr.includes('\u001b'));
});

test('with --json standard output stays empty and warnings alone are told', async () => {
  const { stdout, stderr } = await show(recordedRun({ note: 'low disk' }), {
    json: true,
    isTTY: true,
    env: { TERM: 'xterm' },
  });
  assert.equal(stdout, '');
  assert.match(stderr, /^\[\d\d:\d\d:\d\d\] warning: low disk\n$/);
});

test('a terminal gets the dashboard, unless it is dumb or in CI', async () => {
  const utf8 = { TERM: 'xterm', LANG: 'C.UTF-8' };
  const live = await show(recordedRun(), { isTTY: true, env: utf8 });
  assert.match(live.stdout, /✓ snapshot/);
  assert.match(
    live.stderr,
    /connect {2}running\n(.*\n)*.*connect {2}done in .*\n$/,
    'lines until all hosts are there',
  );
  for (const env of [
    { ...utf8, CI: 'true' },
    { ...utf8, TERM: 'dumb' },
  ]) {
    const plain = await show(recordedRun(), { isTTY: true, env });
    assert.match(plain.stderr, /snapshot {2}running/);
    assert.ok(!plain.stdout.includes('\u001b'));
  }
});

test('a view that saw nothing ends in silence', async () => {
  for (const isTTY of [true, false])
    assert.deepEqual(await show([], { isTTY, env: { TERM: 'xterm' } }), { stdout: '', stderr: '' });
});

test('progress comes every few seconds, and seldom in a long run', () => {
  const events = recordedRun({ tableRows: 20_000_000 });
  const fold = new RunFold();
  const lines: { atMs: number; text: string }[] = [];
  const printer = new PlainPrinter((text) => lines.push({ atMs: fold.snapshot.atMs, text }));
  for (const [index, event] of events.entries()) {
    fold.apply(event);
    printer.event(event, () => fold.snapshot);
    if (index % 10 === 0) printer.tick(fold.snapshot);
  }
  const progress = lines.filter(({ text }) => /snapshot {2}<?\d+ %/.test(text));
  assert.match(
    progress[3]?.text ?? '',
    /snapshot {2}\d+ % {2}[\d,]+ rows {2}[\d.]+ MiB sent {2}[\d.]+ MiB\/s {2}ETA .+ (s|min)\n$/,
  );
  const pauses = progress.slice(1).map(({ atMs }, i) => atMs - (progress[i]?.atMs ?? 0));
  assert.ok(Math.min(...pauses) >= 3_000);
  assert.ok((pauses.at(-1) ?? 0) >= 15_000, `${pauses.at(-1)}`);
  assert.ok(progress.length >= 20 && progress.length < 80, `${progress.length}`);
});

test('the summary says what was gained, or where the run ended', () => {
  assert.deepEqual(summaryOf(foldRun(recordedRun())), [
    'eu-west holds items: 200,000 rows, equal to us-east at watermark 1234.',
    'Hot rows were there after 0.8 s (97 % of the expected reads); everything after 5.8 s.',
    'The snapshot was 6.0 % smaller than the table: those rows had come before it.',
    'Delta Log: 812 keys in 3 rounds. Verified 62 ranges, 0 differences.',
  ]);
  const [first, second, third] = summaryOf(
    foldRun(recordedRun({ stopAfter: { share: 0.5, outcome: 'stopped' } })),
  );
  assert.equal(first, 'Stopped in phase snapshot after 2.9 s, 51 % of it done.');
  assert.equal(second, '108,000 rows (8.7 MiB sent) had arrived at eu-west.');
  assert.equal(third, 'This run has not brought eu-west in sync with us-east.');
  assert.match(
    summaryOf(foldRun(recordedPrefetch())).join(' '),
    /^11,970 rows of items are in the Prefetch Cache .* 30 planned keys had no row\./,
  );
});

test('rows of followers that the lead replaced are told, repairs by the verification are not', () => {
  const withRepairs = (rows: number, repairedRows: number) =>
    summaryOf(
      foldRun(
        recordedRun().flatMap((event): RunEvent[] => {
          if (event.type === 'verified') return [{ ...event, differences: 1, repairedRows }];
          if (event.type !== 'hot-ready') return [event];
          const sent = { rows, rawBytes: 9000, wireBytes: 900 };
          return [{ atMs: event.atMs, type: 'rows', kind: 'repair', donor: 'us-east', ...sent }, event];
        }),
      ),
    ).join('\n');
  assert.match(
    withRepairs(40, 2),
    /\n38 rows that followers gave were stale and were sent again by us-east\.\n/,
  );
  assert.match(withRepairs(1, 0), /\n1 row that followers gave was stale and was sent again by us-east\.\n/);
  assert.doesNotMatch(withRepairs(2, 2), /stale/);
});

test('hot rows that an earlier run had sent are not claimed by the one that goes on', () => {
  const resumed = recordedRun().flatMap((event): RunEvent[] => {
    if (event.type === 'hot-ready' || (event.type === 'rows' && event.kind === 'hot')) return [];
    if (event.type === 'table') return [event, { atMs: event.atMs, type: 'resumed', rows: 12_000 }];
    if (event.type === 'phase' && event.phase === 'hot')
      return event.state === 'done' ? [{ ...event, state: 'skipped' }] : [];
    return [event];
  });
  const text = summaryOf(foldRun(resumed)).join('\n');
  assert.match(text, /Hot rows had their turn in the earlier run; everything else was there after 5\.\d s\./);
  assert.doesNotMatch(text, /smaller/);
});

test('what a prefetch stored is its size in the cache, and what it was before', () => {
  const stored = recordedPrefetch().map((event) =>
    event.type === 'rows' ? { ...event, wireBytes: 20_480 } : event,
  );
  assert.match(summaryOf(foldRun(stored)).join('\n'), /\nStored: 600 KiB \(2\.7 MiB uncompressed\)\.\n/);
});

test('a sum that is short of all by its last digits is all', () => {
  const plan = { keys: 3, expectedReads: 0.6, arrivedReads: 0.1 + 0.2 + 0.3 - 1e-12 } as NonNullable<
    RunSnapshot['plan']
  >;
  assert.equal(readsShare(plan), 1);
  assert.ok(readsShare({ ...plan, arrivedReads: 0.6 * 0.999 }) < 1);
});

test('a run that ended without proof is not called equal', () => {
  const unproven = recordedRun().filter(({ type }) => type !== 'in-sync');
  assert.deepEqual(summaryOf(foldRun(unproven)), [
    'The run ended, but nothing proves that eu-west equals us-east.',
  ]);
});

test('reads that find their row by now are those of the planned rows, and of what the snapshot has brought', () => {
  const run = foldRun(recordedRun());
  const at = (arrivedReads: number, share: number | undefined, state: 'running' | 'done' = 'running') =>
    hitRateNow({
      ...run,
      inSyncAtMs: undefined,
      plan: run.plan && { ...run.plan, expectedHitRate: 0.8, expectedReads: 100, arrivedReads },
      phases: [{ name: 'snapshot', state, ...(share === undefined ? {} : { share }) }],
    });
  const near = (actual: number | undefined, expected: number) =>
    assert.ok(Math.abs((actual ?? -1) - expected) < 1e-9, `${actual}, not ${expected}`);
  near(at(0, undefined), 0);
  near(at(50, undefined), 0.4);
  near(at(100, 0.5), 0.9);
  near(at(0, 1, 'done'), 1);
  assert.equal(hitRateNow({ ...run, plan: undefined }), undefined);
  assert.equal(hitRateNow(foldRun(recordedPrefetch())), undefined);
});
