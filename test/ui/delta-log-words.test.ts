import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { RunEvent, RunFact } from '../../src/core/sync/events.ts';
import { RunFold } from '../../src/core/sync/fold.ts';
import { deltaLogWords } from '../../src/ui/delta-log-words.ts';
import { progressLine } from '../../src/ui/plain/lines.ts';
import { recordedRun } from './recorded-run.ts';

const log = { keys: 12_300, mostKeys: 12_300, budgetKeys: 300_300, keysPerSecond: 1200, fullInMs: 240_000 };

test('keys, growth, and when the budget is full, each where it is known and soon', () => {
  assert.equal(deltaLogWords(log), '12,300 keys, +1,200/s; budget full in 4 min 00 s');
  assert.equal(deltaLogWords({ ...log, keysPerSecond: undefined, fullInMs: undefined }), '12,300 keys');
  assert.equal(deltaLogWords({ ...log, keysPerSecond: 0.2, fullInMs: 1e12 }), '12,300 keys');
  assert.equal(deltaLogWords({ ...log, keys: 1, keysPerSecond: -75.6, fullInMs: undefined }), '1 key, -76/s');
  assert.equal(deltaLogWords({ ...log, fullInMs: 3_600_001 }), '12,300 keys, +1,200/s');
});

test('a line on progress tells the Delta Log once something is in it', () => {
  const fold = new RunFold();
  const before = recordedRun({ stopAfter: { share: 0.5, outcome: 'stopped' } }).slice(0, -1);
  for (const event of before) fold.apply(event);
  const atMs = fold.snapshot.atMs;
  const tell = (laterMs: number, keys: number) => {
    const fact: RunFact = { type: 'delta-log', keys, budgetKeys: 100_000 };
    fold.apply({ atMs: atMs + laterMs, ...fact } as RunEvent);
    return progressLine(fold.snapshot) ?? '';
  };
  assert.doesNotMatch(tell(0, 0), /Delta Log/);
  assert.match(tell(2000, 5000), / {2}Delta Log 5,000 keys, \+2,500\/s; budget full in 38 s( {2}|$)/);
});
