/**
 * Tables of the runs and of the tuned parameters. Times are milliseconds since the epoch. A group that has no name
 * (plans made without a foresync.yaml) is the empty text.
 *
 * `snapshot` is the last RunSnapshot as JSON, `plan` the plan file's text as zstd, `metrics` what came true as JSON.
 * The UNIQUE on `parameter_changes` holds the rule that a run moves a parameter once at most.
 */
export const runsSchema = `
CREATE TABLE runs (
  id TEXT PRIMARY KEY NOT NULL,
  command TEXT NOT NULL,
  group_name TEXT NOT NULL,
  table_name TEXT NOT NULL,
  joiner TEXT,
  started_ms INTEGER NOT NULL,
  ended_ms INTEGER,
  outcome TEXT NOT NULL,
  snapshot TEXT NOT NULL,
  plan BLOB,
  metrics TEXT
) STRICT;
CREATE INDEX runs_by_start ON runs (started_ms);

CREATE TABLE parameters (
  group_name TEXT NOT NULL,
  name TEXT NOT NULL,
  value REAL NOT NULL,
  changed_ms INTEGER NOT NULL,
  PRIMARY KEY (group_name, name)
) STRICT, WITHOUT ROWID;

CREATE TABLE parameter_changes (
  id INTEGER PRIMARY KEY,
  group_name TEXT NOT NULL,
  name TEXT NOT NULL,
  old REAL NOT NULL,
  new REAL NOT NULL,
  reason TEXT NOT NULL,
  run_id TEXT NOT NULL,
  changed_ms INTEGER NOT NULL,
  UNIQUE (group_name, name, run_id)
) STRICT;
`;
