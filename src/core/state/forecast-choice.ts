import type { StateFile } from './open.ts';

/** The settings of a plan that its choice depends on; its budget apart, of which the forecast knows how it compares to the keys. */
export interface ChoiceSettings {
  group: string | undefined;
  horizonMs: number;
  model: string;
  seed: number;
}

/** Each takes up to a few hundred kilobytes. */
const mostKept = 32;

/** The choices of plans with these settings, by budget class. `save` replaces, and drops the oldest of all settings beyond 32. */
export function forecastChoices(
  { db }: StateFile,
  { group = '', horizonMs, model, seed }: ChoiceSettings,
): { load(budgetClass: number): Uint8Array | undefined; save(budgetClass: number, blob: Uint8Array): void } {
  return {
    load: (budgetClass) =>
      db
        .prepare<unknown[], Buffer>(
          `SELECT choice FROM forecast_choice
           WHERE group_name = ? AND horizon_ms = ? AND model = ? AND budget_class = ? AND seed = ?`,
        )
        .pluck()
        .get(group, horizonMs, model, budgetClass, seed),
    save: (budgetClass, blob) => {
      // A new row each time, so that the ids tell which is the oldest.
      const replace = db.prepare(
        `REPLACE INTO forecast_choice (group_name, horizon_ms, model, budget_class, seed, choice) VALUES (?, ?, ?, ?, ?, ?)`,
      );
      const drop = db.prepare(
        'DELETE FROM forecast_choice WHERE id NOT IN (SELECT id FROM forecast_choice ORDER BY id DESC LIMIT ?)',
      );
      db.transaction(() => {
        replace.run(group, horizonMs, model, budgetClass, seed, blob);
        drop.run(mostKept);
      }).immediate();
    },
  };
}
