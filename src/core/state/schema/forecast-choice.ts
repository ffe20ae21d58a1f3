/**
 * What a plan learned and chose, for the next one with the same settings (src/core/forecast/stored). budget_class: the plan's budget as a share of the keys, coarsely.
 * A group that has no name is the empty text.
 */
export const forecastChoiceSchema = `
CREATE TABLE forecast_choice (
  id INTEGER PRIMARY KEY,
  group_name TEXT NOT NULL,
  horizon_ms REAL NOT NULL,
  model TEXT NOT NULL,
  budget_class INTEGER NOT NULL,
  seed INTEGER NOT NULL,
  choice BLOB NOT NULL,
  UNIQUE (group_name, horizon_ms, model, budget_class, seed)
) STRICT;
`;
