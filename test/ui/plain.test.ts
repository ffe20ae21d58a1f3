import assert from 'node:assert/strict';
import { test } from 'node:test';
import { RunFold } from '../../src/core/sync/fold.ts';
import { brushFor } from '../../src/ui/metrics-paint.ts';
import { Page } from '../../src/ui/page.ts';
import { wantsPlain } from '../../src/ui/plain-wish.ts';
import { rowSentence } from '../../src/ui/row-sentence.ts';
import { showRun } from '../../src/ui/run-view.ts';
import { bar, sparkline } from '../../src/ui/theme.ts';
import { fakeTerminal, unsteered } from './fake-terminal.ts';
import { recordedRun } from './recorded-run.ts';

const env = { LANG: 'C.UTF-8', TERM: 'xterm' };
const screenReader = { ...env, INK_SCREEN_READER: 'true' };

test('words alone are wanted by a flag, or by what the environment says', () => {
  assert.equal(wantsPlain([], env), false);
  assert.equal(wantsPlain(['status', '--plain'], env), true);
  assert.equal(wantsPlain(['status', '--', '--plain'], env), false);
  assert.equal(wantsPlain([], { FORESYNC_PLAIN: '1' }), true);
  assert.equal(wantsPlain([], { FORESYNC_PLAIN: '0' }), false);
  assert.equal(wantsPlain([], screenReader), true);
});

test('signs are words then, and nothing is drawn', () => {
  const { theme, symbols, next } = brushFor([], screenReader);
  assert.deepEqual([symbols.done, symbols.failed, next], ['done:', 'failed:', 'next:']);
  assert.deepEqual([bar(0.5, 20, theme), sparkline([1, 2, 3], 20, theme)], ['', '']);
});

test('a row of a table becomes a sentence', () => {
  assert.equal(
    rowSentence(['PHASE', 'TOOK', 'SHARE', 'SENT', 'ROWS'], ['snapshot', '   4.0 s', '', '-', '7 rows']),
    'phase snapshot, took 4.0 s, 7 rows.',
  );
  assert.equal(rowSentence(['PHASE', 'ROWS'], ['hot rows', '1 row']), 'phase hot rows, 1 row.');
});

test('a page that is looked at again tells what changed, and moves no cursor', () => {
  const terminal = fakeTerminal(80, 24);
  const page = new Page(terminal.stream, { plain: true });
  page.show(['run 1', 'snapshot 10 %']);
  page.show(['run 1', 'snapshot 20 %']);
  page.show(['run 1', 'snapshot 20 %']);
  assert.equal(terminal.written(), 'run 1\nsnapshot 10 %\nsnapshot 20 %\n');
});

test('a run on a terminal is told in lines, and ends in sentences', async () => {
  const [stdout, stderr] = [fakeTerminal(80, 24), fakeTerminal(80, 24)];
  const view = showRun({
    ...{ json: false, stdout: stdout.stream, stderr: stderr.stream, clock: { nowMs: () => 0 } },
    ...{ ...unsteered, fold: new RunFold(), argv: [], env: screenReader },
  });
  for (const event of recordedRun()) view.onEvent(event);
  await view.end();
  const written = stderr.written() + stdout.written();
  assert.equal(written.includes('\u001b'), false);
  assert.match(stderr.written(), /^\[\d\d:\d\d:\d\d\] snapshot {2}done in/m);
  assert.match(stdout.written(), /^eu-west holds items: 200,000 rows, equal to us-east/);
});
