import { ForesyncError } from '../errors.ts';
import { forecastModels } from '../forecast/models.ts';
import { defaultTimeBudget } from '../forecast/panel/time-budget.ts';
import { formatInstant, formatSpan } from '../format.ts';
import type { Prices } from '../group/prices.ts';
import type { AccessHistory } from '../history/access-history.ts';
import type { RunFigures } from '../metrics/run-figures.ts';
import type { PlanHeader } from '../plan/prefetch-plan.ts';
import { joinTimes } from '../simulate/join-times.ts';
import type { Parameters } from '../state/parameters.ts';
import type { StepGains } from './confirm.ts';
import { type ForecastSource, Forecasts } from './forecast-source.ts';
import { JoinTrial, type TrialOptions, type TrialWindow } from './join-trial.ts';
import { worthOf } from './objective.ts';
import { paceOf } from './run-pace.ts';
import { windowsBefore } from './trial-windows.ts';
import { sizedForOf } from './used-parameters.ts';

/** With fewer reads until in sync a window tells nothing. */
const leastReads = 100;
/** With fewer windows before the run nothing is known of how far they differ. */
const leastWindows = 2;
/** Keys of larger tables are sampled, by key. */
const mostKeys = 100_000;
/** So much of the time until in sync must have reads that are known. */
const leastCovered = 0.5;

export interface TrialsOptions extends Partial<Pick<TrialOptions, 'logs' | 'layout' | 'wishes'>> {
  prices: Prices;
  /** That the run went by. */
  prefetchTimeoutMs: number;
  signal: AbortSignal;
  /** Where forecasts come from; by default they are made. */
  forecasts?: ForecastSource | undefined;
  /** The last event of `logs`. */
  loggedUntilMs?: number | undefined;
  /** The lead, whose donor's name counts in a forecast. */
  leadReplica?: string | undefined;
}

/** A run and windows before it, on which values are tried. `close` must be called. */
export class Trials {
  readonly #own: JoinTrial;
  readonly #before: readonly JoinTrial[];
  readonly #prices: Prices;
  readonly #made: Forecasts | undefined;
  readonly #worths = new Map<JoinTrial, Map<string, number>>();

  private constructor(
    own: JoinTrial,
    before: readonly JoinTrial[],
    prices: Prices,
    made: Forecasts | undefined,
  ) {
    this.#own = own;
    this.#before = before;
    this.#prices = prices;
    this.#made = made;
  }

  /** Gives why in words where there is nothing to try on. */
  static async of(
    history: AccessHistory | undefined,
    { figures, header }: { figures: RunFigures; header: PlanHeader },
    options: TrialsOptions,
  ): Promise<Trials | string> {
    const { prices, signal, logs = [], layout = {}, wishes, leadReplica } = options;
    const { firstMs, lastMs } = history?.summary() ?? {};
    if (!history || firstMs === undefined || lastMs === undefined)
      return 'there is no access history to confirm a step on';
    const model = paceOf(figures, options.prefetchTimeoutMs);
    if (!model) return 'the run was not in sync at one go, so how long a join takes is not known';
    const window = ownWindow(figures, model, logs.length > 0 ? (options.loggedUntilMs ?? lastMs) : lastMs);
    if (typeof window === 'string') return window;
    const spanMs = joinSpanMs(model);
    const windows = windowsBefore(window, { spanMs, firstMs });
    if (windows.length < leastWindows)
      return `the history before the run, from ${formatInstant(firstMs)} on, is too short to confirm a step on`;
    const made = options.forecasts
      ? undefined
      : new Forecasts(history, {
          model: forecastModels.find((name) => name === header.model) ?? 'auto',
          ...{ seed: typeof header.seed === 'number' ? header.seed : 1, timeBudget: defaultTimeBudget },
          ...{ minConfidence: header.minConfidence, leadReplica, signal },
        });
    const { hot, cache } = figures.moved;
    const shared: TrialOptions = {
      ...{ model, wishes, layout, signal, logs: [], maxKeys: mostKeys, sizedFor: sizedForOf(header) },
      readAheadShare: cache.rows > 0 ? cache.rows / Math.max(1, hot.rows + cache.rows) : 0,
      forecasts: options.forecasts ?? ((wish) => (made as Forecasts).of(wish)),
    };
    try {
      const own = await JoinTrial.of(history, window, { ...shared, logs });
      const before: JoinTrial[] = [];
      for (const one of windows) {
        const trial = await JoinTrial.of(history, one, shared);
        if (trial.reads >= leastReads) before.push(trial);
      }
      const thin = thinReads(own, before);
      if (thin === undefined) return new Trials(own, before, prices, made);
      await made?.close();
      return thin;
    } catch (error) {
      await made?.close();
      throw error;
    }
  }

  async close(): Promise<void> {
    await this.#made?.close();
  }

  /** On the run's own reads alone. */
  async gainOnOwn(base: Parameters, tried: Parameters): Promise<number> {
    return this.#gain(this.#own, base, tried);
  }

  async gains(base: Parameters, tried: Parameters): Promise<StepGains> {
    const own = await this.gainOnOwn(base, tried);
    const before: number[] = [];
    for (const trial of this.#before) before.push(await this.#gain(trial, base, tried));
    return { own, before };
  }

  async #gain(trial: JoinTrial, base: Parameters, tried: Parameters): Promise<number> {
    return (await this.#worth(trial, tried)) - (await this.#worth(trial, base));
  }

  /** As a share of the window's reads. Earlier windows are of the whole group's reads, which a joiner's log is a part of: so much of them is served. */
  async #worth(trial: JoinTrial, parameters: Parameters): Promise<number> {
    const known = this.#worths.get(trial) ?? new Map<string, number>();
    this.#worths.set(trial, known);
    const name = JSON.stringify(Object.entries(parameters).sort());
    const found = known.get(name);
    if (found !== undefined) return found;
    const outcome = await trial.outcomeOf(parameters);
    const part = trial === this.#own ? 1 : Math.min(1, this.#own.reads / outcome.reads);
    const thinned = { ...outcome, servedEarly: outcome.servedEarly * part };
    const worth = worthOf(thinned, this.#prices).value / (outcome.reads * part);
    known.set(name, worth);
    return worth;
  }
}

/** From a join's start until it would be in sync without a plan. */
function joinSpanMs(model: NonNullable<ReturnType<typeof paceOf>>): number {
  return Math.ceil(joinTimes(model, { rows: 0, bytes: 0 }).inSyncMs ?? Number.POSITIVE_INFINITY);
}

/** The run's own time, as far as reads are known; in words where that is not far enough. */
function ownWindow(
  { plan, startedAtMs }: RunFigures,
  model: NonNullable<ReturnType<typeof paceOf>>,
  knownUntilMs: number,
): TrialWindow | string {
  const spanMs = joinSpanMs(model);
  const originMs = plan?.originMs;
  if (originMs === undefined)
    throw new ForesyncError('defect', 'tuning-without-plan', 'A run without a plan cannot be tuned by.');
  const covered = (knownUntilMs - startedAtMs) / spanMs;
  if (covered < leastCovered)
    return `the reads of the ${formatSpan(spanMs)} that the join takes without a plan are known only up to ${formatInstant(knownUntilMs)}: read the logs of that time with 'foresync analyze' first`;
  return {
    originMs: Math.min(originMs, startedAtMs),
    startMs: startedAtMs,
    untilMs: Math.min(knownUntilMs, startedAtMs + spanMs),
  };
}

function thinReads(own: JoinTrial, before: readonly JoinTrial[]): string | undefined {
  if (own.reads < leastReads)
    return `only ${Math.round(own.reads)} reads came in the time that the join takes without a plan, and it takes ${leastReads} to judge by`;
  if (before.length < leastWindows)
    return `of the history before the run ${before.length} windows as long as the join have ${leastReads} reads, and it takes ${leastWindows} to confirm a step`;
  return undefined;
}
