import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after } from 'node:test';
import { type IngestReport, ingestLogs } from '../../../src/core/history/ingest.ts';
import type { IngestOptions } from '../../../src/core/history/ingest-options.ts';
import type { LogReport } from '../../../src/core/history/log-report.ts';
import { openHistory } from '../../../src/core/history/open-history.ts';
import { loadTraffic } from '../../../src/core/history/replica-traffic.ts';
import { openState, type StateFile } from '../../../src/core/state/open.ts';

const folder = mkdtempSync(path.join(tmpdir(), 'foresync-tables-'));
after(() => rmSync(folder, { recursive: true, force: true }));
let made = 0;

/** A path in a folder that is removed after the tests of this process. */
export function newFile(name: string): string {
  return path.join(folder, `${made++}-${name}`);
}

/** Runs with a state file of its own. */
export async function withState<T>(use: (state: StateFile) => Promise<T>): Promise<T> {
  const state = openState(newFile('state.db'));
  try {
    return await use(state);
  } finally {
    state.close();
  }
}

export async function ingestOne(
  state: StateFile,
  log: string,
  options: IngestOptions = {},
): Promise<LogReport> {
  const report: IngestReport = await ingestLogs(state, [{ path: log, replica: 'east' }], options);
  return report.files[0] as LogReport;
}

/** All that a history says, in words that can be compared. */
export function dumpOf(state: StateFile): unknown {
  const history = openHistory(state);
  const traffic = [...history.summary().replicas].map((_, i) => loadTraffic(state.db, i + 1));
  return { summary: history.summary(), traffic, series: [...history.series()] };
}

/** The history of one log in a state file of its own, and what became of its lines. */
export function historyOf(log: string, options: IngestOptions = {}) {
  return withState(async (state) => {
    const report = await ingestOne(state, log, options);
    return { report, dump: dumpOf(state) };
  });
}

export function logFile(bytes: Buffer): string {
  const file = newFile('access.csv');
  writeFileSync(file, bytes);
  return file;
}

/** What must be the same of a file's lines and a table's rows. The header is no row. */
export function countsOf({ events, rejected, ignored, headers, unmatched }: LogReport) {
  return { events, rejected, ignored: ignored - headers, unmatched };
}
