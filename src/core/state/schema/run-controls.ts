/** What an operator wants of a run that is under way, from another shell. No limit where `bytes_per_second` is NULL. */
export const runControlsSchema = `
CREATE TABLE run_controls (
  run_id TEXT PRIMARY KEY NOT NULL,
  bytes_per_second INTEGER
) STRICT;
`;

export const runPauseSchema = `
ALTER TABLE run_controls ADD COLUMN paused INTEGER NOT NULL DEFAULT 0;
`;
