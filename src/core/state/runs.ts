import { ForesyncError } from '../errors.ts';
import { printable } from '../text.ts';
import type { StateFile } from './open.ts';
import { type ReadRun, type RunRow, runColumns, runOfRow } from './run-row.ts';

/**
 * `released`: a prefetch whose caches and Delta Log were taken away again. `aborted`: given up, and all that it had left was
 * taken away.
 */
export type RunOutcome = 'running' | 'done' | 'stopped' | 'failed' | 'released' | 'aborted';

/** A run as the journal takes it. */
export interface RunRecord {
  id: string;
  command: 'prefetch' | 'add-replica';
  group: string;
  table: string;
  joiner?: string | undefined;
  startedMs: number;
  endedMs?: number | undefined;
  outcome: RunOutcome;
  /** The RunSnapshot; kept as JSON. */
  snapshot: unknown;
  /** The plan file's text, compressed with zstd; what is kept already stays where it is absent. */
  plan?: Uint8Array | undefined;
}

/** A run as the journal gives it back. */
export interface StoredRun extends ReadRun {
  hasPlan: boolean;
  /** What came true, once a log of the joiner has been measured; undefined before. */
  metrics: unknown;
}

interface StoredRow extends RunRow {
  has_plan: number;
  metrics: string | null;
}

const columns = `${runColumns}, plan IS NOT NULL AS has_plan, metrics`;

/**
 * Keeps a run, or brings what is kept of it up to date; called at the start, at ends, and as often as wanted between.
 * A run that is resumed keeps its first start. Metrics stay as they are.
 */
export function recordRun(state: StateFile, run: RunRecord): void {
  const record = state.db.prepare(
    `INSERT INTO runs (id, command, group_name, table_name, joiner, started_ms, ended_ms, outcome, snapshot, plan)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
     ON CONFLICT (id) DO UPDATE SET joiner = excluded.joiner, started_ms = min(started_ms, excluded.started_ms),
       ended_ms = excluded.ended_ms, outcome = excluded.outcome, snapshot = excluded.snapshot,
       plan = coalesce(excluded.plan, plan)`,
  );
  const overtake = state.db.prepare('UPDATE run_progress SET snapshot = NULL WHERE run_id = ?');
  state.db
    .transaction(() => {
      record.run(
        run.id,
        run.command,
        run.group,
        run.table,
        run.joiner ?? null,
        Math.round(run.startedMs),
        run.endedMs === undefined ? null : Math.round(run.endedMs),
        run.outcome,
        JSON.stringify(run.snapshot),
        run.plan ?? null,
      );
      overtake.run(run.id);
    })
    .immediate();
}

/** Which runs to list, newest first; all that is left out does not matter. */
export interface RunChoice {
  group?: string | undefined;
  command?: RunRecord['command'] | undefined;
  limit: number;
}

export function listRuns(state: StateFile, { group, command, limit }: RunChoice): StoredRun[] {
  return state.db
    .prepare<{ group: string | null; command: string | null; limit: number }, StoredRow>(
      `SELECT ${columns} FROM runs
       WHERE ($group IS NULL OR group_name = $group) AND ($command IS NULL OR command = $command)
       ORDER BY started_ms DESC, rowid DESC LIMIT $limit`,
    )
    .all({ group: group ?? null, command: command ?? null, limit })
    .map(toRun);
}

/**
 * The run with this id, or whose id alone begins with it. Throws `run-unknown` where there is none and `run-ambiguous`
 * where there are several.
 */
export function readRun(state: StateFile, id: string): StoredRun {
  const rows = state.db
    .prepare<{ id: string }, StoredRow>(
      `SELECT ${columns} FROM runs WHERE substr(id, 1, length($id)) = $id AND $id <> '' ORDER BY id = $id DESC LIMIT 2`,
    )
    .all({ id });
  const [first, second] = rows;
  if (!first) {
    throw new ForesyncError(
      'usage',
      'run-unknown',
      `No run '${printable(id)}' is in ${printable(state.path)}.`,
      {
        hint: "'foresync status' lists the runs; --state names another state file.",
      },
    );
  }
  if (second && first.id !== id) {
    throw new ForesyncError('usage', 'run-ambiguous', `Several runs begin with '${printable(id)}'.`, {
      hint: 'Write more of the id.',
    });
  }
  return toRun(first);
}

/** Notes that nothing is left at the donors of any prefetch of a group. May be repeated. */
export function releasePrefetches(state: StateFile, group: string): void {
  state.db
    .prepare(
      "UPDATE runs SET outcome = 'released' WHERE group_name = ? AND command = 'prefetch' AND outcome = 'done'",
    )
    .run(group);
}

/** Notes how a run came to its end after all. May be repeated. */
export function closeRun(state: StateFile, id: string, outcome: RunOutcome, endedMs: number): void {
  state.db
    .prepare('UPDATE runs SET outcome = ?, ended_ms = coalesce(ended_ms, ?) WHERE id = ?')
    .run(outcome, Math.round(endedMs), id);
}

/** The plan of a run as zstd of its file's text; undefined where the run had none. */
export function readRunPlan(state: StateFile, id: string): Buffer | undefined {
  const plan = state.db
    .prepare<[string], Buffer | null>('SELECT plan FROM runs WHERE id = ?')
    .pluck()
    .get(id);
  return plan ?? undefined;
}

/** Keeps what came true for a run, in place of what was kept before. */
export function recordMetrics(state: StateFile, id: string, metrics: unknown): void {
  state.db.prepare('UPDATE runs SET metrics = ? WHERE id = ?').run(JSON.stringify(metrics), id);
}

function toRun(row: StoredRow): StoredRun {
  return {
    ...runOfRow(row),
    hasPlan: row.has_plan === 1,
    metrics: row.metrics === null ? undefined : JSON.parse(row.metrics),
  };
}
