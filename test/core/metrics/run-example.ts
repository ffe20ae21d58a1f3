import type { RunRecord } from '../../../src/core/state/runs.ts';
import type { RunEvent, RunFact } from '../../../src/core/sync/events.ts';
import { foldRun } from '../../../src/core/sync/fold.ts';
import type { RunSnapshot } from '../../../src/core/sync/snapshot.ts';

export const originMs = Date.UTC(2026, 0, 2, 10);
export const horizonMs = 86_400_000;
/** The example starts one minute after its plan's origin, is hot-ready after 2 s and in sync after 10 s. */
export const startMs = originMs + 60_000;

/** The snapshot of a whole run, folded by the real fold: 4 planned keys, 3 with a row, in a table of 100 rows. */
export function exampleSnapshot({
  until = 'in-sync',
}: {
  until?: 'hot' | 'hot-ready' | 'in-sync';
} = {}): RunSnapshot {
  const events: RunEvent[] = [];
  const at = (ms: number, fact: RunFact) => events.push({ atMs: startMs + ms, ...fact } as RunEvent);
  const plan = { keys: 4, expectedReads: 40, expectedHitRate: 0.6, minConfidence: 0.5, horizonMs };
  const sent = (rows: number) => ({ donor: 'us-east', rows, rawBytes: rows * 300, wireBytes: rows * 100 });
  const phases = ['connect', 'capture', 'hot', 'snapshot', 'delta', 'verify', 'publish', 'cleanup'] as const;
  at(0, {
    type: 'start',
    runId: 'run-1',
    command: 'add-replica',
    group: 'shop',
    table: 'items',
    lead: 'us-east',
    joiner: 'eu-west',
    phases: [...phases],
  });
  at(0, { type: 'plan', ...plan, origin: new Date(originMs).toISOString() });
  at(100, { type: 'table', rowsEstimate: 99, sizeBytes: 30_000 });
  at(1000, { type: 'rows', kind: 'hot', ...sent(1), planKeys: 1, missingKeys: 1, expectedReads: 20 });
  if (until !== 'hot') {
    at(2000, { type: 'rows', kind: 'hot', ...sent(2), planKeys: 2, missingKeys: 0, expectedReads: 20 });
    at(2000, { type: 'hot-ready' });
  }
  if (until === 'in-sync') {
    at(3000, { type: 'rows', kind: 'snapshot', ...sent(75) });
    at(4000, { type: 'phase', phase: 'snapshot', state: 'done' });
    at(5000, { type: 'rows', kind: 'delta', ...sent(5) });
    at(6000, { type: 'backlog', keys: 0, round: 3 });
    at(9000, { type: 'verified', ranges: 2, rows: 100, differences: 0, repairedRows: 0 });
    at(10_000, { type: 'in-sync', watermark: 7, rows: 100 });
  }
  at(11_000, { type: 'end', outcome: until === 'in-sync' ? 'done' : 'stopped' });
  return foldRun(events);
}

export function exampleRun(snapshot = exampleSnapshot()): RunRecord {
  return {
    id: 'run-1',
    command: 'add-replica',
    group: 'shop',
    table: 'items',
    joiner: 'eu-west',
    startedMs: startMs,
    endedMs: snapshot.atMs,
    outcome: snapshot.outcome,
    snapshot,
  };
}

/** A plan file's text with these entries, each of ten expected reads where nothing else is said. */
export function planText(
  entries: {
    key: unknown;
    confidence: number;
    expectedReads?: number;
    sizeBytes?: number;
    pinned?: boolean;
  }[],
  header: object = {},
): string {
  const first = {
    kind: 'foresync.plan',
    version: 1,
    entries: entries.length,
    ...{ origin: new Date(originMs).toISOString(), horizonMs, model: 'auto' },
    ...{ minConfidence: 0.5, expectedHitRate: 0.6, halfLifeMs: 3_600_000 },
    ...header,
  };
  return [first, ...entries.map((entry) => ({ expectedReads: 10, ...entry }))]
    .map((line) => `${JSON.stringify(line)}\n`)
    .join('');
}

export const examplePlan = planText([
  { key: 'a', confidence: 0.95, sizeBytes: 100 },
  { key: 'b', confidence: 0.85, sizeBytes: 200 },
  { key: 'c', confidence: 0.75, sizeBytes: 400 },
  { key: 'd', confidence: 0.65, sizeBytes: 800 },
]);
