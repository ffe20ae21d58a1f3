import { existsSync } from 'node:fs';
import { ForesyncError } from '../core/errors.ts';
import { type Forecast, forecast } from '../core/forecast/forecast.ts';
import type { ForecastModel } from '../core/forecast/models.ts';
import type { TimeBudget } from '../core/forecast/panel/time-budget.ts';
import type { OnForecastProgress } from '../core/forecast/progress.ts';
import type { ReplicaGroup } from '../core/group/config.ts';
import { openHistory } from '../core/history/open-history.ts';
import { type KeyWishes, markKeys } from '../core/plan/key-marks.ts';
import { makePlan, type Plan } from '../core/plan/make-plan.ts';
import { snapshotTime } from '../core/plan/snapshot-time.ts';
import { tableRows } from '../core/plan/table-rows.ts';
import { type ChoiceSettings, forecastChoices } from '../core/state/forecast-choice.ts';
import { openState, type StateFile } from '../core/state/open.ts';
import { readParameters, usualParameters } from '../core/state/parameters.ts';
import { printable } from '../core/text.ts';

/** What the flags of `plan` say of the plan itself. */
export interface PlanWishes {
  horizon: number | undefined;
  at: number | undefined;
  model: ForecastModel;
  /** `auto`: no threshold, and as many keys as are worth going ahead in a join. */
  minConfidence: number | 'auto' | undefined;
  /** The table's, where it is known. */
  rows: number | undefined;
  wishes: KeyWishes | undefined;
  'snapshot-duration': number | undefined;
  'budget-keys': number | undefined;
  'budget-bytes': number | undefined;
  seed: number;
  'time-budget': TimeBudget;
  relearn: boolean;
  state: string;
  /** A key of the forecast is to be explained. */
  explained: boolean;
  /** Every model is to be judged in all respects. */
  backtest: boolean;
  /** What is learned is not kept. */
  'dry-run': boolean;
}

export interface MadePlan {
  plan: Plan;
  forecasted: Forecast;
  replicas: string[];
  /** The time of the history's last event. */
  lastMs: number;
}

/** Forecasts the keys of a state file's history and makes a plan of them; what no flag says is as tuned. Writes nothing. */
export async function planOf(
  group: ReplicaGroup | undefined,
  flags: PlanWishes,
  signal: AbortSignal,
  progress: { show: OnForecastProgress },
): Promise<MadePlan> {
  const state = openExisting(flags.state);
  const isToKeep = !flags['dry-run'];
  try {
    const tuned = readParameters(state, group?.name);
    const history = openHistory(state);
    const said = flags.minConfidence ?? tuned.minConfidence ?? usualParameters.minConfidence;
    const { keys: knownKeys } = history.summary();
    const limits = {
      minConfidence: said === 'auto' ? 0 : said,
      sizedFor: said === 'auto' ? tableRows(state, { group, said: flags.rows, knownKeys }) : undefined,
      budgetKeys: flags['budget-keys'] ?? tuned.budgetKeys,
      budgetBytes: flags['budget-bytes'] ?? tuned.budgetBytes,
      order: tuned.order,
    };
    const horizonMs = flags.horizon ?? tuned.horizonMs ?? usualParameters.horizonMs;
    const { model, seed } = flags;
    const forecasted = await forecast(history, {
      horizonMs,
      originMs: flags.at,
      model,
      halfLifeMs: tuned.halfLifeMs,
      decayWeight: tuned.decayWeight,
      seed,
      timeBudget: flags['time-budget'],
      // What explains a choice, and what others would have been worth, is not kept with it.
      stored:
        flags.explained || flags.backtest
          ? undefined
          : choicesOf(state, { group: group?.name, horizonMs, model, seed }, isToKeep),
      relearn: flags.relearn,
      ...limits,
      leadReplica: group?.lead.name,
      explained: flags.explained,
      everyCalibration: flags.backtest,
      signal,
      onProgress: (step) => progress.show(step),
    });
    const { replicas, lastMs = forecasted.originMs } = history.summary();
    const plan = makePlan(forecasted, {
      group: group?.name,
      table: group?.table,
      model: flags.model,
      limits,
      replicas,
      marks: flags.wishes && (await markKeys(forecasted.store.names, flags.wishes, signal)),
      snapshot: snapshotTime(state, {
        group,
        durationMs: flags['snapshot-duration'],
        horizonMs: forecasted.horizonMs,
      }),
    });
    return { plan, forecasted, replicas, lastMs };
  } finally {
    state.close();
  }
}

function choicesOf(
  state: StateFile,
  settings: ChoiceSettings,
  isToKeep: boolean,
): ReturnType<typeof forecastChoices> {
  const choices = forecastChoices(state, settings);
  return isToKeep ? choices : { ...choices, save: () => undefined };
}

/** Planning from what is not there must not leave an empty state file behind. */
function openExisting(file: string): StateFile {
  if (existsSync(file)) return openState(file);
  throw new ForesyncError('data', 'history-missing', `There is no state file ${printable(file)}.`, {
    hint: "Read access logs into it first: 'foresync analyze LOG... --state FILE'.",
  });
}
