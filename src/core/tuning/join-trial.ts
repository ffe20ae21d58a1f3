import type { LayoutChoice } from '../access-log/layout.ts';
import type { Forecast } from '../forecast/forecast.ts';
import type { AccessHistory } from '../history/access-history.ts';
import { canonicalLogKey } from '../metrics/plan-text.ts';
import { candidatesOf } from '../plan/forecast-candidates.ts';
import { type KeyWishes, markKeys } from '../plan/key-marks.ts';
import { selectKeys } from '../plan/select.ts';
import type { JoinedTable } from '../plan/worth-ahead.ts';
import { type Gathered, gather } from '../simulate/gather.ts';
import { withinBudget } from '../simulate/hot-list.ts';
import type { JoinModel } from '../simulate/join-model.ts';
import { type JoinTimes, joinTimes } from '../simulate/join-times.ts';
import type { ReplayableLog } from '../simulate/logged-reads.ts';
import { replay } from '../simulate/replayed-reads.ts';
import { arrivalsOf, type Replayed, type TimedJoin, timeJoin } from '../simulate/simulate-join.ts';
import { type Parameters, usualParameters } from '../state/parameters.ts';
import type { ForecastSource } from './forecast-source.ts';
import type { JoinOutcome } from './objective.ts';

/** A moment at which a join like the run's is taken to begin, by a plan that was made then or before. */
export interface TrialWindow {
  /** Where the plan's forecast begins. */
  originMs: number;
  startMs: number;
  /** Up to when reads are known. */
  untilMs: number;
}

export interface TrialOptions {
  model: JoinModel;
  /** Of what share of the planned rows donors read ahead, 0 to 1. */
  readAheadShare: number;
  forecasts: ForecastSource;
  /** The table that plans are sized for, in place of a threshold. */
  sizedFor: JoinedTable | undefined;
  /** Keys that are pinned or excluded. */
  wishes: KeyWishes | undefined;
  maxKeys: number;
  /** Logs whose reads are replayed, in place of the history's. */
  logs: readonly ReplayableLog[];
  layout: LayoutChoice;
  signal: AbortSignal;
}

/** Replays the reads of one window against joins whose plans are made with this or that value. */
export class JoinTrial {
  readonly #options: TrialOptions;
  readonly #replayed: Replayed;
  readonly #originMs: number;
  readonly #untilMs: number;
  readonly #firstWriteMs: Float64Array;
  readonly #without: { times: JoinTimes; arrivals: Float64Array; hits: number };
  /** Of all keys, until a join without a plan would be in sync. */
  readonly reads: number;

  private constructor(window: TrialWindow, gathered: Gathered, options: TrialOptions) {
    const { keys, reads, sample, firstWriteMs, writtenKeys } = gathered;
    const { model } = options;
    this.#options = options;
    this.#originMs = window.originMs;
    this.#replayed = { keys, reads, model, share: sample.share, originMs: window.startMs };
    this.#firstWriteMs = new Float64Array(keys.length).fill(Number.POSITIVE_INFINITY);
    for (const [at, key] of writtenKeys.entries()) this.#firstWriteMs[key] = firstWriteMs[at] as number;
    const without = timeJoin(this.#replayed, { order: 'copy', budget: {} });
    const { times } = without;
    this.#untilMs = Math.min(window.untilMs - window.startMs, times.inSyncMs ?? Number.POSITIVE_INFINITY);
    const arrivals = arrivalsOf(this.#replayed, without.hot, times);
    const result = replay(reads, arrivals, { originMs: window.startMs, untilMs: this.#untilMs });
    this.#without = { times, arrivals, hits: result.hits };
    this.reads = result.reads / sample.share;
  }

  /** Goes through the history once. Throws what reading logs throws. */
  static async of(history: AccessHistory, window: TrialWindow, options: TrialOptions): Promise<JoinTrial> {
    const { startMs, untilMs } = window;
    const { maxKeys, logs, layout, signal } = options;
    const gathered = await gather(history, { originMs: startMs, untilMs, maxKeys, logs, layout, signal });
    return new JoinTrial(window, gathered, options);
  }

  async outcomeOf(parameters: Parameters): Promise<JoinOutcome> {
    const { forecasts, signal } = this.#options;
    const { horizonMs = usualParameters.horizonMs, halfLifeMs, decayWeight } = parameters;
    const forecasted = await forecasts({ originMs: this.#originMs, horizonMs, halfLifeMs, decayWeight });
    signal.throwIfAborted();
    return this.#outcome(this.#join(await this.#planned(forecasted, parameters), parameters));
  }

  async #planned(forecasted: Forecast, parameters: Parameters): Promise<Uint32Array> {
    const { wishes, sizedFor, signal } = this.#options;
    const { keys } = this.#replayed;
    const { names } = forecasted.store;
    const { minConfidence = usualParameters.minConfidence, budgetKeys, budgetBytes, order } = parameters;
    // Of all keys: those of the sample are taken from what was chosen.
    const limits = {
      minConfidence: sizedFor === undefined ? minConfidence : 0,
      ...{ sizedFor, budgetKeys, budgetBytes, order },
    };
    const { hotReadyMs, phases } = this.#without.times;
    const snapshot = {
      startMs: hotReadyMs,
      durationMs: Math.max(1, phases.snapshotMs),
      from: 'runs',
    } as const;
    const marks = wishes && (await markKeys(names, wishes, signal));
    const unknownReads = Math.max(0, forecasted.groupReads - sumOf(forecasted.expectedReads));
    const selection = selectKeys(candidatesOf(forecasted), limits, { marks, snapshot, unknownReads });
    const places: number[] = [];
    for (const place of selection.order) {
      const key = keys.placeOf(canonicalLogKey(names[place] as string));
      if (key !== undefined) places.push(key);
    }
    return Uint32Array.from(places);
  }

  /** The hot rows that do not come within the timeout come with the snapshot. */
  #join(
    planned: Uint32Array,
    { prefetchTimeoutMs = usualParameters.prefetchTimeoutMs }: Parameters,
  ): TimedJoin {
    const { keys, share, model } = this.#replayed;
    const { load } = withinBudget(keys, planned, { budget: {}, share, rowBytes: model.rowBytes });
    const { hotMs } = joinTimes(model, load).phases;
    const inTime = hotMs > prefetchTimeoutMs ? planned.length * (prefetchTimeoutMs / hotMs) : planned.length;
    return timeJoin(this.#replayed, {
      order: 'foresync',
      budget: {},
      planned: planned.subarray(0, Math.floor(inTime)),
    });
  }

  #outcome({ hot, times }: TimedJoin): JoinOutcome {
    const { keys, reads, share, model, originMs } = this.#replayed;
    const arrivals = arrivalsOf(this.#replayed, hot, times);
    const { hits, readsOf } = replay(reads, arrivals, { originMs, untilMs: this.#untilMs });
    let unread = 0;
    let twice = 0;
    for (const key of hot.keys) {
      const size = keys.sizeBytes[key] as number;
      const bytes = Number.isNaN(size) ? model.rowBytes : size;
      if (readsOf[key] === 0) unread += bytes;
      const writtenMs = this.#firstWriteMs[key] as number;
      if (writtenMs > (arrivals[key] as number) && writtenMs < (this.#without.arrivals[key] as number))
        twice += bytes;
    }
    const { inSyncMs = Number.POSITIVE_INFINITY } = times;
    const delayMs = inSyncMs - (this.#without.times.inSyncMs ?? Number.POSITIVE_INFINITY);
    return {
      reads: this.reads,
      hits: hits / share,
      servedEarly: (hits - this.#without.hits) / share,
      unreadBytes: unread / share,
      twiceBytes: twice / share,
      readAheadBytes: hot.load.bytes * this.#options.readAheadShare,
      syncDelaySeconds: Number.isFinite(delayMs) ? delayMs / 1000 : 0,
    };
  }
}

function sumOf(values: Forecast['expectedReads']): number {
  return values.reduce((sum, value) => sum + value, 0);
}
