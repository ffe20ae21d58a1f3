import type { StateFile } from './open.ts';

/** The parameters of `plan` that runs tune, one value a group. */
export const parameterNames = ['horizonMs', 'halfLifeMs', 'minConfidence'] as const;
export type ParameterName = (typeof parameterNames)[number];

/** Only what has been tuned is there; `plan` has defaults for the rest, and its flags win over both. */
export type Parameters = { [name in ParameterName]?: number };

/** The tuned values of a group that has some. */
export interface GroupParameters {
  group: string | undefined;
  parameters: Parameters;
}

/** One step of one parameter and how it came about. */
export interface ParameterChange {
  group: string | undefined;
  name: ParameterName;
  old: number;
  new: number;
  /** In words and figures, one sentence. */
  reason: string;
  runId: string;
  changedMs: number;
}

interface ChangeRow {
  group_name: string;
  name: ParameterName;
  old: number;
  new: number;
  reason: string;
  run_id: string;
  changed_ms: number;
}

/** The tuned values of a group; of the plans made without a group where `group` is undefined. */
export function readParameters(state: StateFile, group: string | undefined): Parameters {
  const rows = state.db
    .prepare<[string], { name: string; value: number }>(
      'SELECT name, value FROM parameters WHERE group_name = ?',
    )
    .all(group ?? '');
  const found: Parameters = {};
  for (const { name, value } of rows) if (isParameter(name)) found[name] = value;
  return found;
}

/** The tuned values of every group, by name. */
export function listParameters(state: StateFile): GroupParameters[] {
  return state.db
    .prepare<[], string>('SELECT DISTINCT group_name FROM parameters ORDER BY group_name')
    .pluck()
    .all()
    .map((name) => {
      const group = name === '' ? undefined : name;
      return { group, parameters: readParameters(state, group) };
    });
}

/**
 * Sets a parameter and keeps why. Returns false, and changes nothing, where this run has moved this parameter before,
 * so it may be repeated.
 */
export function changeParameter(state: StateFile, change: ParameterChange): boolean {
  const group = change.group ?? '';
  const keep = state.db.prepare(
    `INSERT INTO parameter_changes (group_name, name, old, new, reason, run_id, changed_ms) VALUES (?, ?, ?, ?, ?, ?, ?)
     ON CONFLICT (group_name, name, run_id) DO NOTHING`,
  );
  const set = state.db.prepare(
    `INSERT INTO parameters (group_name, name, value, changed_ms) VALUES (?, ?, ?, ?)
     ON CONFLICT (group_name, name) DO UPDATE SET value = excluded.value, changed_ms = excluded.changed_ms`,
  );
  return state.db
    .transaction(() => {
      const { name, reason, runId, changedMs } = change;
      if (keep.run(group, name, change.old, change.new, reason, runId, changedMs).changes === 0) return false;
      set.run(group, name, change.new, changedMs);
      return true;
    })
    .immediate();
}

/** How the parameters came about, newest first; by one run alone where `runId` is given. */
export function listParameterChanges(
  state: StateFile,
  { runId, limit }: { runId?: string | undefined; limit: number },
): ParameterChange[] {
  return state.db
    .prepare<{ runId: string | null; limit: number }, ChangeRow>(
      'SELECT * FROM parameter_changes WHERE $runId IS NULL OR run_id = $runId ORDER BY id DESC LIMIT $limit',
    )
    .all({ runId: runId ?? null, limit })
    .map((row) => ({
      group: row.group_name === '' ? undefined : row.group_name,
      name: row.name,
      old: row.old,
      new: row.new,
      reason: row.reason,
      runId: row.run_id,
      changedMs: row.changed_ms,
    }));
}

function isParameter(name: string): name is ParameterName {
  return (parameterNames as readonly string[]).includes(name);
}
