import assert from 'node:assert/strict';
import { truncateSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { isOwnLogDue, ownLogOf } from '../../../src/core/metrics/own-log.ts';
import { type RunReport, reportOf } from '../../../src/core/metrics/run-report.ts';
import type { StoredRun } from '../../../src/core/state/runs.ts';
import { temporaryFolder } from '../../support/tables.ts';
import { exampleRun, exampleSnapshot, startMs } from './run-example.ts';

const { signal } = new AbortController();

function served(file: string, more: Partial<RunReport> = {}): RunReport {
  const snapshot = exampleSnapshot();
  const log = { host: 'local', file };
  snapshot.serving = {
    address: '127.0.0.1:80',
    sinceMs: startMs,
    reads: 1,
    hits: 1,
    keysUnderWay: 0,
    notLogged: 0,
    log,
  };
  const run = { ...exampleRun(snapshot), hasPlan: false, metrics: undefined } as StoredRun;
  return { ...reportOf(run), ...more };
}

test('a log that is too large to be read now is left, and one that is not is opened', async (t) => {
  const file = path.join(temporaryFolder(t), 'reads.jsonl');
  writeFileSync(file, '');
  truncateSync(file, 3_000_000);
  const run = served(file);
  await assert.rejects(async () => ownLogOf(run, { signal, mostBytes: 2_999_999 })?.open(), {
    code: 'log-large',
    message: `${file} has 2.9 MiB.`,
  });
  const log = await ownLogOf(run, { signal, mostBytes: 3_000_000 })?.open();
  assert.equal(log?.identity?.sizeBytes, 3_000_000);
  await log?.close();
});

test('it is to be measured while the run goes on, and once after its end', () => {
  const measured = (measuredAtMs: number) =>
    ({ measuredAtMs, replica: { measured: { reads: 1, hits: 1 } } }) as RunReport['cameTrue'];
  assert.equal(isOwnLogDue(served('x')), true);
  assert.equal(isOwnLogDue(served('x', { endedMs: 100, cameTrue: measured(101) })), false);
  assert.equal(isOwnLogDue(served('x', { endedMs: 100, cameTrue: measured(99) })), true);
  assert.equal(
    isOwnLogDue(served('x', { outcome: 'running', endedMs: undefined, cameTrue: measured(99) })),
    true,
  );
  const nothingServed = exampleRun(exampleSnapshot()) as StoredRun;
  assert.equal(isOwnLogDue(reportOf(nothingServed)), false);
  assert.equal(ownLogOf(reportOf(nothingServed), { signal }), undefined);
});
