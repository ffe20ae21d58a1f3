import type { StateFile } from './open.ts';

/** The settings of a plan that its choice depends on; its size apart, which the forecast has classes for. */
export interface ChoiceSettings {
  group: string | undefined;
  horizonMs: number;
  model: string;
  seed: number;
}

/** Each takes up to a few hundred kilobytes. */
const mostKept = 32;

/** The choices of plans with these settings, by class of plan. `save` replaces, and drops the oldest of all settings beyond 32. */
export function forecastChoices(
  { db }: StateFile,
  { group = '', horizonMs, model, seed }: ChoiceSettings,
): { load(planClass: number): Uint8Array | undefined; save(planClass: number, blob: Uint8Array): void } {
  return {
    load: (planClass) =>
      db
        .prepare<unknown[], Buffer>(
          `SELECT choice FROM forecast_choice
           WHERE group_name = ? AND horizon_ms = ? AND model = ? AND budget_class = ? AND seed = ?`,
        )
        .pluck()
        .get(group, horizonMs, model, planClass, seed),
    save: (planClass, blob) => {
      // A new row each time, so that the ids tell which is the oldest.
      const replace = db.prepare(
        `REPLACE INTO forecast_choice (group_name, horizon_ms, model, budget_class, seed, choice) VALUES (?, ?, ?, ?, ?, ?)`,
      );
      const drop = db.prepare(
        'DELETE FROM forecast_choice WHERE id NOT IN (SELECT id FROM forecast_choice ORDER BY id DESC LIMIT ?)',
      );
      db.transaction(() => {
        replace.run(group, horizonMs, model, planClass, seed, blob);
        drop.run(mostKept);
      }).immediate();
    },
  };
}
