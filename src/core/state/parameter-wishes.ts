import { shortId } from '../text.ts';
import type { StateFile } from './open.ts';
import {
  changeOf,
  keepStep,
  type ParameterChange,
  putParameter,
  type StepKind,
  type StepRow,
} from './parameter-steps.ts';
import { type ParameterName, type ParameterValue, readStandings } from './parameters.ts';

/** Sets a parameter as an operator wants it; to its default where `value` is undefined. */
export function setParameter(
  state: StateFile,
  {
    group,
    name,
    value,
    nowMs,
  }: { group: string | undefined; name: ParameterName; value: ParameterValue | undefined; nowMs: number },
): void {
  state.db
    .transaction(() => {
      const old = readStandings(state, group).find((one) => one.name === name)?.value;
      const reason = 'an operator set it';
      keepStep(state, {
        group,
        name,
        kind: 'set',
        old,
        new: value,
        wasDefault: old === undefined,
        reason,
        runId: undefined,
        undoes: undefined,
        changedMs: nowMs,
      });
      putParameter(state, { group, name, value, origin: 'set', sinceMs: nowMs });
    })
    .immediate();
}

/** Freezes a parameter where it stands, or lets runs move it again. Returns false where it was so already. */
export function freezeParameter(
  state: StateFile,
  {
    group,
    name,
    freeze,
    nowMs,
  }: { group: string | undefined; name: ParameterName; freeze: boolean; nowMs: number },
): boolean {
  return state.db
    .transaction(() => {
      const standing = readStandings(state, group).find((one) => one.name === name);
      if (standing?.isFrozen === freeze) return false;
      const value = standing?.value;
      const kind = freeze ? 'frozen' : 'unfrozen';
      const reason = freeze ? 'an operator froze it' : 'an operator let it be tuned again';
      keepStep(state, {
        group,
        name,
        kind,
        old: value,
        new: value,
        wasDefault: value === undefined,
        reason,
        runId: undefined,
        undoes: undefined,
        changedMs: nowMs,
      });
      state.db
        .prepare(
          `INSERT INTO group_parameter (group_name, name, value, origin, is_frozen, since_ms) VALUES (?, ?, NULL, 'set', ?, 0)
           ON CONFLICT (group_name, name) DO UPDATE SET is_frozen = excluded.is_frozen`,
        )
        .run(group ?? '', name, freeze ? 1 : 0);
      return true;
    })
    .immediate();
}

/**
 * Takes back the last `count` steps of a group that moved a parameter and have not been taken back, newest first; each is kept as a step of its
 * own. Returns those that were kept, fewer where there are fewer. With `dryRun` it keeps nothing.
 */
export function undoSteps(
  state: StateFile,
  {
    group,
    count,
    nowMs,
    dryRun,
  }: { group: string | undefined; count: number; nowMs: number; dryRun: boolean },
): Omit<ParameterChange, 'id'>[] {
  return state.db
    .transaction(() => {
      const standing = state.db
        .prepare<[string, number], StepRow>(
          `SELECT * FROM parameter_step AS step
           WHERE group_name = ? AND kind IN ('tuned', 'set')
             AND NOT EXISTS (SELECT 1 FROM parameter_step WHERE undoes = step.id)
           ORDER BY id DESC LIMIT ?`,
        )
        .all(group ?? '', count)
        .flatMap(changeOf);
      return standing.map((step) => {
        const { id, name, old, new: value, kind, wasDefault } = step;
        const earlier = wasDefault ? undefined : old;
        const what =
          kind === 'tuned' ? `the step that run ${shortId(step.runId ?? '')} made` : 'what an operator set';
        const back = {
          ...{
            group,
            name,
            kind: 'undone' as const,
            old: value,
            new: earlier,
            wasDefault: value === undefined,
            runId: undefined,
            undoes: id,
          },
          ...{ reason: `an operator took back ${what}`, changedMs: nowMs },
        };
        if (dryRun) return back;
        keepStep(state, back);
        putParameter(state, {
          group,
          name,
          value: earlier,
          origin: originBefore(state, group, name, id),
          sinceMs: nowMs,
        });
        return back;
      });
    })
    .immediate();
}

/** Whether a value that holds again was tuned or set. */
function originBefore(
  { db }: StateFile,
  group: string | undefined,
  name: ParameterName,
  id: number,
): 'tuned' | 'set' {
  const kind = db
    .prepare<[string, string, number], StepKind>(
      `SELECT kind FROM parameter_step AS step WHERE group_name = ? AND name = ? AND id < ? AND kind IN ('tuned', 'set')
       AND NOT EXISTS (SELECT 1 FROM parameter_step WHERE undoes = step.id) ORDER BY id DESC LIMIT 1`,
    )
    .pluck()
    .get(group ?? '', name, id);
  return kind === 'tuned' ? 'tuned' : 'set';
}
