import type { Fitted } from '../fitted.ts';
import type { ForecastInput } from '../forecast-input.ts';
import { type LearnedChoice, learnChoice } from '../learn-choice.ts';
import { rowLimit } from '../panel/time-budget.ts';
import { planClass } from '../plan-size.ts';
import { type Prepared, prepare } from '../prepare.ts';
import { maxOrigins } from '../time-grid.ts';
import { decodeChoice } from './decode-choice.ts';
import { driftOf, unseenWindows } from './drift.ts';
import { encodeChoice } from './encode-choice.ts';
import { outdated } from './outdated.ts';

/**
 * Where choices are kept from plan to plan, one for each class of plans (see `planClass`); whoever makes it sees to it that horizon, model,
 * seed and group are the same as well. `save` replaces what was there.
 */
export interface ChoiceStore {
  load(planClass: number): Uint8Array | undefined;
  save(planClass: number, blob: Uint8Array): void;
}

export interface ChoiceInUse {
  fitted: Fitted;
  /** Whether it was learned by an earlier forecast. */
  stored: boolean;
  /** Why what was stored is not taken. */
  relearned: string | undefined;
  /** What was learned from, where it was learned now. */
  fresh: { prepared: Prepared; rated: LearnedChoice['rated'] } | undefined;
}

/**
 * The stored choice where it still holds (see `outdated` and `driftOf`), else one that is learned now, and stored. One that was learned from
 * later events than this forecast may know is neither taken nor replaced. The threads know the series afterwards.
 */
export async function chooseOrReuse(input: ForecastInput): Promise<ChoiceInUse> {
  const { stored: kept, relearn = false } = input.options;
  const limit = rowLimit(input.options.timeBudget);
  const blob = kept?.load(planClass(input.size));
  const found = blob && decodeChoice(blob);
  let relearned = found === 'damaged' ? 'what was stored is damaged' : undefined;
  let prepared: Prepared | undefined;
  if (typeof found === 'object') {
    relearned = relearn ? 'asked for' : outdated(found, input);
    if (relearned === undefined) {
      const windows = unseenWindows(found.past, input.grid);
      prepared = await prepareAt(windows, input, Math.ceil((limit * windows.length) / maxOrigins));
      relearned = await driftOf(found, prepared, input);
      if (relearned === undefined) return { fitted: found, stored: true, relearned, fresh: undefined };
    }
  }
  const all = await prepareAt(input.grid.origins, input, limit, prepared);
  const { fitted, rated } = await learnChoice(input, all);
  const later = typeof found === 'object' && found.past.originMs > fitted.past.originMs;
  if (kept && fitted.from !== 'default' && !later) kept.save(planClass(input.size), encodeChoice(fitted));
  return { fitted, stored: false, relearned, fresh: { prepared: all, rated } };
}

function prepareAt(
  origins: number[],
  input: ForecastInput,
  limit: number,
  earlier?: Prepared,
): Promise<Prepared> {
  const { store, grid, threads, options } = input;
  return prepare(store, { ...grid, origins }, threads, {
    rowLimit: limit,
    seed: options.seed,
    orders: earlier?.shared.orders,
    onProgress: options.onProgress,
  });
}
