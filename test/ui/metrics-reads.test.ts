import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { RunReport } from '../../src/core/metrics/run-report.ts';
import { measuredLines } from '../../src/ui/metrics-reads.ts';

function report(reads: number, hits: number, serving = { reads, hits }): RunReport {
  const ready = { windowReads: 100, firstReadMs: 0, times: [{ share: 0.9, afterMs: 2500 }] };
  const cameTrue = { replica: { reads, hits, measured: { reads, hits }, ready } };
  return { cameTrue, figures: { serving } } as unknown as RunReport;
}

test('a run does not say twice how many reads it answered, and nothing where nobody read', () => {
  const reached = '90 % or more of the reads hit from 2.5 s on.';
  assert.deepEqual(measuredLines(report(1508, 933)), [reached]);
  assert.deepEqual(measuredLines(report(1508, 933, { reads: 1600, hits: 1000 })), [
    'By the log of its reads: it answered 933 of 1,508 reads by itself (61.8 %).',
    reached,
  ]);
  assert.deepEqual(measuredLines(report(0, 0)), []);
});
