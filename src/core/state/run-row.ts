import type { RunOutcome, RunRecord } from './runs.ts';

/** What every look at a run reads, of the table `runs`. A run under way keeps its newest snapshot elsewhere. */
export const runColumns = `id, command, group_name, table_name, joiner, started_ms, ended_ms, outcome,
  coalesce((SELECT run_progress.snapshot FROM run_progress WHERE run_id = id), runs.snapshot) AS snapshot`;

export interface RunRow {
  id: string;
  command: RunRecord['command'];
  group_name: string;
  table_name: string;
  joiner: string | null;
  started_ms: number;
  ended_ms: number | null;
  outcome: RunOutcome;
  snapshot: string;
}

/** A run as it stands in those columns; `snapshot` is the newest one, from JSON. */
export type ReadRun = Omit<RunRecord, 'plan'>;

export function runOfRow(row: RunRow): ReadRun {
  return {
    id: row.id,
    command: row.command,
    group: row.group_name,
    table: row.table_name,
    joiner: row.joiner ?? undefined,
    startedMs: row.started_ms,
    endedMs: row.ended_ms ?? undefined,
    outcome: row.outcome,
    snapshot: JSON.parse(row.snapshot),
  };
}
