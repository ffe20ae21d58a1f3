import assert from 'node:assert/strict';
import { test } from 'node:test';
import { foldRun } from '../../../src/core/sync/fold.ts';
import { EventLog } from '../../../src/ui/dashboard/event-log.ts';
import { logWindow } from '../../../src/ui/dashboard/log-page.tsx';
import { recordedRun } from '../recorded-run.ts';

const size = { columns: 80, rows: 24 };

test('the log holds what has happened in words, the last two thousand, and its end is in sight', () => {
  const log = new EventLog({ unicode: true });
  const events = recordedRun({ note: 'slow clock' });
  for (const [index, event] of events.entries()) log.add(event, () => foldRun(events.slice(0, index + 1)));
  const texts = log.events.map(({ text }) => text);
  assert.ok(texts.includes('snapshot  running'));
  assert.equal(texts.at(-1), 'clean up  done in 60 ms');
  assert.deepEqual(
    log.events.filter(({ isWarning }) => isWarning).map(({ text }) => text),
    ['slow clock'],
  );
  for (let line = 0; line < 3_000; line++) log.say(line, `line ${line}`);
  assert.equal(log.events.length, 2_000);
  const { lines, lastFrom, rows } = logWindow(log.events, 'end', size);
  assert.deepEqual([lines.at(-1)?.text, lines.length, lastFrom], ['line 2999', rows, 2_000 - rows]);
  assert.equal(logWindow(log.events, 0, size).lines[0]?.text, 'line 1000');
});
