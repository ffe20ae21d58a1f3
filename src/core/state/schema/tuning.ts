/**
 * The parameters of plans and runs, each with where it comes from, and all steps that were taken or refused. A group that has no name is the
 * empty text; times are milliseconds since the epoch.
 *
 * `value` is NULL where the default holds. `origin` is 'tuned' or 'set'. A run that began before `since_ms` is no evidence on the value. A step's
 * `kind` is one of `stepKinds` (src/core/state/parameter-steps.ts), `undoes` the step that it took back;
 * `was_default` tells that its old value was the default's and not kept. The index holds the rule that a run moves
 * a parameter once at most.
 */
export const tuningSchema = `
CREATE TABLE group_parameter (
  group_name TEXT NOT NULL,
  name TEXT NOT NULL,
  value ANY,
  origin TEXT NOT NULL,
  is_frozen INTEGER NOT NULL DEFAULT 0,
  since_ms INTEGER NOT NULL,
  PRIMARY KEY (group_name, name)
) STRICT, WITHOUT ROWID;
INSERT INTO group_parameter (group_name, name, value, origin, since_ms)
  SELECT group_name, name, value, 'tuned', changed_ms FROM parameters;

CREATE TABLE parameter_step (
  id INTEGER PRIMARY KEY,
  group_name TEXT NOT NULL,
  name TEXT NOT NULL,
  kind TEXT NOT NULL,
  old ANY,
  new ANY,
  reason TEXT NOT NULL,
  run_id TEXT,
  was_default INTEGER NOT NULL,
  undoes INTEGER,
  changed_ms INTEGER NOT NULL
) STRICT;
INSERT INTO parameter_step (id, group_name, name, kind, old, new, was_default, reason, run_id, changed_ms)
  SELECT id, group_name, name, 'tuned', old, new,
    NOT EXISTS (SELECT 1 FROM parameter_changes AS earlier WHERE earlier.group_name = step.group_name AND earlier.name = step.name AND earlier.id < step.id),
    reason, run_id, changed_ms
  FROM parameter_changes AS step;
CREATE UNIQUE INDEX parameter_step_by_run ON parameter_step (group_name, name, run_id) WHERE kind = 'tuned';

DROP TABLE parameters;
DROP TABLE parameter_changes;
`;
