import type { StateFile } from './open.ts';
import {
  isParameter,
  type ParameterName,
  type ParameterValue,
  parameterOf,
  readStandings,
} from './parameters.ts';

/** `tuned`: a run moved it; `refused`: a run proposed a step that the backtest did not bear out; the others are an operator's. */
export const stepKinds = ['tuned', 'refused', 'set', 'undone', 'frozen', 'unfrozen'] as const;
export type StepKind = (typeof stepKinds)[number];

/** One step of one parameter and how it came about. */
export interface ParameterChange {
  /** Rising with time. */
  id: number;
  group: string | undefined;
  name: ParameterName;
  kind: StepKind;
  /** What held before; undefined where the default did and has no value of its own. */
  old: ParameterValue | undefined;
  /** The default held before. */
  wasDefault: boolean;
  /** Of a refused step, what was proposed; undefined for the default. */
  new: ParameterValue | undefined;
  /** In words and figures, one sentence. */
  reason: string;
  /** The run that it was tuned by; undefined for what an operator did. */
  runId: string | undefined;
  /** The step that this one took back. */
  undoes: number | undefined;
  changedMs: number;
}

/** A step that a run asks for. */
export interface RunStep
  extends Pick<ParameterChange, 'group' | 'name' | 'old' | 'new' | 'reason' | 'changedMs'> {
  kind: 'tuned' | 'refused';
  runId: string;
  /** When the run began. */
  startedMs: number;
}

export interface StepRow {
  id: number;
  group_name: string;
  name: string;
  kind: StepKind;
  old: unknown;
  new: unknown;
  was_default: number;
  reason: string;
  run_id: string | null;
  undoes: number | null;
  changed_ms: number;
}

/**
 * Keeps what a run made of a parameter, and moves it where that was adopted. Returns false, with nothing changed, where this run has moved the parameter
 * before, or where it no longer stands as the run saw it; a step that is refused again takes the earlier refusal's place. So it may be repeated.
 */
export function recordRunStep(state: StateFile, step: RunStep): boolean {
  const { db } = state;
  return db
    .transaction(() => {
      const { group, name, kind, old, new: value, reason, runId, changedMs, startedMs } = step;
      const standing = readStandings(state, group).find((one) => one.name === name);
      if (wasMovedBy(state, step) || standing?.isFrozen) return false;
      if (kind === 'tuned' && standing?.value !== undefined && standing.value !== old) return false;
      db.prepare(
        "DELETE FROM parameter_step WHERE group_name = ? AND name = ? AND run_id = ? AND kind = 'refused'",
      ).run(group ?? '', name, runId);
      const wasDefault = standing?.value === undefined;
      keepStep(state, {
        group,
        name,
        kind,
        old,
        new: value,
        wasDefault,
        reason,
        runId,
        undoes: undefined,
        changedMs,
      });
      if (kind === 'tuned') putParameter(state, { group, name, value, origin: 'tuned', sinceMs: startedMs });
      return true;
    })
    .immediate();
}

function wasMovedBy({ db }: StateFile, { group, name, runId }: RunStep): boolean {
  return (
    db
      .prepare(
        "SELECT 1 FROM parameter_step WHERE group_name = ? AND name = ? AND run_id = ? AND kind = 'tuned'",
      )
      .get(group ?? '', name, runId) !== undefined
  );
}

export interface ChangeChoice {
  /** Of one run alone. */
  runId?: string | undefined;
  /** Of one group alone; the empty text is plans without one. */
  group?: string | undefined;
  limit: number;
}

/** How the parameters came about, newest first. */
export function listParameterChanges(
  { db }: StateFile,
  { runId, group, limit }: ChangeChoice,
): ParameterChange[] {
  return db
    .prepare<{ runId: string | null; group: string | null; limit: number }, StepRow>(
      `SELECT * FROM parameter_step
       WHERE ($runId IS NULL OR run_id = $runId) AND ($group IS NULL OR group_name = $group)
       ORDER BY id DESC LIMIT $limit`,
    )
    .all({ runId: runId ?? null, group: group ?? null, limit })
    .flatMap(changeOf);
}

/** Within a transaction. */
export function keepStep({ db }: StateFile, step: Omit<ParameterChange, 'id'>): void {
  db.prepare(
    `INSERT INTO parameter_step (group_name, name, kind, old, new, was_default, reason, run_id, undoes, changed_ms)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
  ).run(
    step.group ?? '',
    step.name,
    step.kind,
    step.old ?? null,
    step.new ?? null,
    step.wasDefault ? 1 : 0,
    step.reason,
    step.runId ?? null,
    step.undoes ?? null,
    Math.round(step.changedMs),
  );
}

/** Within a transaction. A run that began before `sinceMs` is no evidence on the value. */
export function putParameter(
  { db }: StateFile,
  {
    group,
    name,
    value,
    origin,
    sinceMs,
  }: {
    group: string | undefined;
    name: ParameterName;
    value: ParameterValue | undefined;
    origin: 'tuned' | 'set';
    sinceMs: number;
  },
): void {
  db.prepare(
    `INSERT INTO group_parameter (group_name, name, value, origin, since_ms) VALUES (?, ?, ?, ?, ?)
     ON CONFLICT (group_name, name) DO UPDATE SET value = excluded.value, origin = excluded.origin, since_ms = excluded.since_ms`,
  ).run(group ?? '', name, value ?? null, origin, Math.round(sinceMs));
}

/** None for a parameter that another version of foresync knew. */
export function changeOf(row: StepRow): ParameterChange[] {
  const { id, name, kind, reason } = row;
  if (!isParameter(name)) return [];
  return [
    {
      id,
      group: row.group_name === '' ? undefined : row.group_name,
      name,
      kind,
      old: parameterOf(name, row.old),
      new: parameterOf(name, row.new),
      wasDefault: row.was_default === 1,
      reason,
      runId: row.run_id ?? undefined,
      undoes: row.undoes ?? undefined,
      changedMs: row.changed_ms,
    },
  ];
}
