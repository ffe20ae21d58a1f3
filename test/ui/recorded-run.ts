import {
  type PhaseName,
  phaseNames,
  type RowKind,
  type RunEvent,
  type RunFact,
} from '../../src/core/sync/events.ts';

export interface Recording {
  /** Rows of the table. */
  tableRows?: number;
  /** Rows that the plan asks for. */
  planRows?: number;
  donors?: readonly { donor: string; host: string }[];
  joiner?: string;
  table?: string;
  /** Reads that the joiner answers a second; without it nobody reads there. */
  readsPerSecond?: number;
  /** A note beside the usual ones. */
  note?: string;
  /** Without it the run ends well. */
  stopAfter?: { share: number; outcome: 'stopped' | 'failed' };
}

const twoDonors = [
  { donor: 'us-east', host: 'local' },
  { donor: 'us-west', host: 'ops@us-west.example.net' },
];

/** The events of an add-replica of about six seconds, the same each time: as core would tell it, chunk by chunk. */
export function recordedRun(recording: Recording = {}): RunEvent[] {
  const {
    tableRows = 200_000,
    planRows = 12_000,
    donors = twoDonors,
    joiner = 'eu-west',
    table = 'items',
  } = recording;
  const events: RunEvent[] = [];
  let atMs = Date.UTC(2026, 0, 5, 12, 3, 0);
  const emit = (fact: RunFact, laterMs = 0) => {
    atMs += laterMs;
    events.push({ atMs, ...fact } as RunEvent);
  };
  const phase = (name: PhaseName, state: 'running' | 'done' | 'skipped' | 'failed', laterMs = 20) =>
    emit({ type: 'phase', phase: name, state }, laterMs);
  const lead = donors[0]?.donor ?? 'us-east';
  const phases = phaseNames.filter((name) => name !== 'cache' && name !== 'follow');
  emit({
    type: 'start',
    runId: 'run-1',
    command: 'add-replica',
    group: 'shop',
    table,
    lead,
    joiner,
    phases,
  });
  emit({
    type: 'plan',
    keys: planRows,
    expectedReads: 90_000,
    expectedHitRate: 0.83,
    minConfidence: 0.5,
    origin: '2026-01-05T12:00:00.000Z',
    horizonMs: 86_400_000,
  });

  phase('connect', 'running');
  for (const { donor, host } of donors) emit({ type: 'donor', donor, host, state: 'connecting' });
  for (const { donor, host } of donors) emit({ type: 'donor', donor, host, state: 'ready' }, 90);
  emit({ type: 'table', rowsEstimate: tableRows, sizeBytes: tableRows * 260 });
  phase('connect', 'done');
  phase('capture', 'running');
  emit({ type: 'note', level: 'info', text: `capture is on at ${lead}: 3 triggers, lease of 60 s` }, 40);
  if (recording.note) emit({ type: 'note', level: 'warning', text: recording.note });
  phase('capture', 'done');

  const send = (kind: RowKind, rows: number, chunk: number, chunkMs: number, whole: number): boolean => {
    for (let sent = 0; sent < rows; sent += chunk) {
      const count = Math.min(chunk, rows - sent);
      const { donor } = donors[Math.floor(sent / chunk) % donors.length] ?? { donor: lead };
      const plan =
        kind === 'hot'
          ? { planKeys: count, expectedReads: (87_300 * ((sent + count) ** 0.5 - sent ** 0.5)) / rows ** 0.5 }
          : {};
      emit(
        { type: 'rows', kind, donor, rows: count, rawBytes: count * 240, wireBytes: count * 84, ...plan },
        chunkMs,
      );
      const share = (sent + count) / whole;
      if (kind === 'snapshot') emit({ type: 'progress', phase: 'snapshot', share });
      tellReads(0.97);
      if (kind === 'snapshot' && recording.stopAfter && share >= recording.stopAfter.share) return false;
      if (kind === 'snapshot') emit({ type: 'backlog', keys: 200 + Math.round(share * 400), round: 0 });
    }
    return true;
  };

  const { readsPerSecond } = recording;
  const log = { host: 'ops@eu-west', file: '/srv/shop.db.foresync-reads.jsonl' };
  if (readsPerSecond) emit({ type: 'serving', address: '127.0.0.1:8080', log });
  const servedFromMs = atMs;
  const tellReads = (hitRate: number) => {
    if (!readsPerSecond) return;
    const reads = Math.round(((atMs - servedFromMs) / 1000) * readsPerSecond);
    const hits = Math.round(reads * hitRate);
    emit({ type: 'served', reads, hits, recentHitRate: hitRate, keysUnderWay: 12, notLogged: 0 });
  };

  phase('hot', 'running');
  for (const { donor, host } of donors) emit({ type: 'donor', donor, host, state: 'reading' });
  send('hot', planRows, 500, 18, planRows);
  emit({ type: 'hot-ready' });
  phase('hot', 'done');
  phase('snapshot', 'running');
  if (!send('snapshot', tableRows - planRows, 4_000, 85, tableRows - planRows) && recording.stopAfter) {
    const error = recording.stopAfter.outcome === 'failed' ? 'us-west closed the connection' : undefined;
    emit({ type: 'end', outcome: recording.stopAfter.outcome, ...(error ? { error } : {}) }, 30);
    return events;
  }
  phase('snapshot', 'done');

  phase('delta', 'running');
  for (const [round, keys] of [600, 180, 32].entries()) {
    emit({ type: 'backlog', keys, round: round + 1 });
    emit(
      { type: 'rows', kind: 'delta', donor: lead, rows: keys, rawBytes: keys * 240, wireBytes: keys * 90 },
      120,
    );
  }
  emit({ type: 'backlog', keys: 0, round: 3 });
  phase('delta', 'done');
  phase('verify', 'running');
  for (let range = 1; range <= 62; range += 1)
    emit({ type: 'progress', phase: 'verify', share: range / 62 }, 10);
  emit({ type: 'verified', ranges: 62, rows: tableRows, differences: 0, repairedRows: 0 });
  emit({ type: 'in-sync', watermark: 1234, rows: tableRows });
  phase('verify', 'done');
  phase('publish', 'running');
  phase('publish', 'done', 30);
  phase('cleanup', 'running');
  phase('cleanup', 'done', 60);
  emit({ type: 'end', outcome: 'done' });
  return events;
}

/** The events of a prefetch of 12,000 planned keys, 30 of which have no row. */
export function recordedPrefetch(): RunEvent[] {
  const events: RunEvent[] = [];
  let atMs = Date.UTC(2026, 0, 5, 12, 3, 0);
  const emit = (fact: RunFact, laterMs = 0) => {
    atMs += laterMs;
    events.push({ atMs, ...fact } as RunEvent);
  };
  const phases: PhaseName[] = ['connect', 'capture', 'cache'];
  emit({
    type: 'start',
    runId: 'run-2',
    command: 'prefetch',
    group: 'shop',
    table: 'items',
    lead: 'us-east',
    phases,
  });
  emit({
    type: 'plan',
    keys: 12_000,
    expectedReads: 90_000,
    expectedHitRate: 0.83,
    minConfidence: 0.5,
    origin: '2026-01-05T12:00:00.000Z',
    horizonMs: 86_400_000,
  });
  for (const phase of ['connect', 'capture'] as const) {
    emit({ type: 'phase', phase, state: 'running' });
    for (const { donor, host } of twoDonors) emit({ type: 'donor', donor, host, state: 'ready' }, 50);
    emit({ type: 'phase', phase, state: 'done' });
  }
  emit({ type: 'phase', phase: 'cache', state: 'running' });
  for (let chunk = 0; chunk < 30; chunk += 1) {
    const { donor } = twoDonors[chunk % 2] ?? { donor: 'us-east' };
    emit(
      {
        type: 'rows',
        kind: 'cache',
        donor,
        rows: 399,
        rawBytes: 95_760,
        wireBytes: 0,
        planKeys: 399,
        missingKeys: 1,
        expectedReads: 2_900,
      },
      60,
    );
  }
  emit({ type: 'phase', phase: 'cache', state: 'done' });
  emit({ type: 'end', outcome: 'done' });
  return events;
}
