/**
 * What a run says of itself while it runs, a row a run. Beside `runs` and not in it, since a row is written as a whole and
 * that one holds the plan: this one changes every second.
 *
 * `process` tells which process it is, `request` what it was asked for, both as JSON. `snapshot` is NULL where the run's own
 * is as new. `failure` is the kind of the error that it ended with.
 */
export const runProgressSchema = `
CREATE TABLE run_progress (
  run_id TEXT PRIMARY KEY NOT NULL,
  process TEXT NOT NULL,
  request TEXT NOT NULL,
  snapshot TEXT,
  failure TEXT
) STRICT;
`;
