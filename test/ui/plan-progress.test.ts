import assert from 'node:assert/strict';
import { test } from 'node:test';
import { LiveLine } from '../../src/ui/live-line.ts';
import { PlanProgress } from '../../src/ui/plan-progress.ts';

test('a plan in the making is one line, drawn over itself, with rate and ETA where they are known', () => {
  const written: string[] = [];
  let nowMs = 5000;
  const terminal = { write: (text: string) => written.push(text) > 0 };
  const progress = new PlanProgress(new LiveLine(terminal, () => nowMs), () => nowMs);
  progress.show({ step: 'keys', done: 0, all: 1_000_000 });
  nowMs += 99;
  progress.show({ step: 'keys', done: 8192, all: 1_000_000 });
  nowMs += 901;
  progress.show({ step: 'keys', done: 250_000, all: 1_000_000 });
  progress.show({ step: 'learn', done: 0, all: 9 });
  nowMs += 1000;
  progress.show({ step: 'learn', done: 3, all: 9 });
  progress.writes('plan\u001b[2J.jsonl');
  progress.clear();
  progress.clear();
  const line = (text: string) => `\r\u001b[2K${text}`;
  assert.deepEqual(written, [
    line('reading the history  0 %  0 of 1,000,000 keys'),
    line('reading the history  25 %  250,000 of 1,000,000 keys  250 k keys/s  ETA 3 s'),
    line('learning  0 %  0 of 9 forests'),
    line('learning  33 %  3 of 9 forests  ETA 2 s'),
    line('writing plan\\u001b[2J.jsonl'),
    line(''),
  ]);
});
