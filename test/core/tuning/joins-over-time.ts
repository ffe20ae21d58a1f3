import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { zstdCompressSync } from 'node:zlib';
import type { Forecast } from '../../../src/core/forecast/forecast.ts';
import { ingestLogs } from '../../../src/core/history/ingest.ts';
import { openHistory } from '../../../src/core/history/open-history.ts';
import { JoinerLog } from '../../../src/core/metrics/came-true.ts';
import { readStoredPlan } from '../../../src/core/metrics/plan-text.ts';
import type { RunFigures } from '../../../src/core/metrics/run-figures.ts';
import { makePlan } from '../../../src/core/plan/make-plan.ts';
import type { PlanEntry } from '../../../src/core/plan/prefetch-plan.ts';
import { type Gathered, gather } from '../../../src/core/simulate/gather.ts';
import type { JoinModel } from '../../../src/core/simulate/join-model.ts';
import { joinTimes } from '../../../src/core/simulate/join-times.ts';
import { plannedKeys } from '../../../src/core/simulate/planned-keys.ts';
import { replayJoin, type SimulatedJoin, timeJoin } from '../../../src/core/simulate/simulate-join.ts';
import { openState, type StateFile } from '../../../src/core/state/open.ts';
import { setParameter } from '../../../src/core/state/parameter-wishes.ts';
import {
  type ParameterName,
  type Parameters,
  readParameters,
  usualParameters,
} from '../../../src/core/state/parameters.ts';
import { beginProgress } from '../../../src/core/state/run-progress.ts';
import { type RunRecord, recordRun } from '../../../src/core/state/runs.ts';
import { type ForecastSource, Forecasts } from '../../../src/core/tuning/forecast-source.ts';
import type { Evidence } from '../../../src/core/tuning/rules.ts';
import type { Tuning } from '../../../src/core/tuning/try-steps.ts';
import { type TunableRun, type TuningOptions, tuneByRun } from '../../../src/core/tuning/tune-by-run.ts';

export const hourMs = 3_600_000;
export const dayMs = 24 * hourMs;
export const beganMs = Date.UTC(2026, 0, 5);

/** Reads of a workload, in order of time. */
export interface Read {
  atMs: number;
  key: number;
}

export interface Stage {
  /** Of the table; most of them are never read. */
  rows: number;
  days: number;
  firstJoinDay: number;
  joins: number;
  reads: readonly Read[];
  /** How many times as long as in the snapshot a row takes that goes ahead; 2 by default. */
  hotTimesAsLong?: number | undefined;
  /** That a join takes without a plan; 6 h by default. */
  joinMs?: number | undefined;
  /** The joiner logs the reads that it answers until it is in sync, as one that serves does, and not those of the whole horizon. */
  isServed?: boolean | undefined;
}

const rowBytes = 2000;
const name = (key: number) => `k${String(key).padStart(4, '0')}`;
const { signal } = new AbortController();

/** Joins of one table, one a day, by a history of reads that is known whole: every join sees what came before it. */
export class JoinsOverTime {
  readonly #folder = mkdtempSync(path.join(os.tmpdir(), 'foresync-joins-'));
  readonly #stage: Stage;
  readonly #history;
  readonly #state: StateFile;
  readonly #model: JoinModel;
  readonly #forecasts: Forecasts;
  readonly #gathered = new Map<number, Gathered>();

  private constructor(stage: Stage) {
    this.#stage = stage;
    this.#state = openState(path.join(this.#folder, 'history.db'));
    this.#history = openHistory(this.#state);
    this.#model = slowJoin(stage);
    this.#forecasts = new Forecasts(this.#history, {
      ...{ model: 'decay', seed: 1, timeBudget: { seconds: 1, byClock: false } },
      minConfidence: usualParameters.minConfidence,
    });
  }

  static async of(stage: Stage): Promise<JoinsOverTime> {
    const joins = new JoinsOverTime(stage);
    const file = path.join(joins.#folder, 'access.csv');
    const lines = stage.reads.map(({ atMs, key }) => `${Math.round(atMs)},GET,${name(key)},${rowBytes}`);
    writeFileSync(file, `time,op,key,size\n${lines.join('\n')}\n`);
    await ingestLogs(joins.#state, [{ path: file, replica: 'us-east' }], { signal });
    return joins;
  }

  async close(): Promise<void> {
    await this.#forecasts.close();
    this.#state.close();
    rmSync(this.#folder, { recursive: true, force: true });
  }

  /** By the names that the log has. */
  get reads(): { atMs: number; key: string }[] {
    return this.#stage.reads.map(({ atMs, key }) => ({ atMs, key: name(key) }));
  }

  startOf(join: number): number {
    return beganMs + (this.#stage.firstJoinDay + join) * dayMs + 9 * hourMs;
  }

  /** Hit rates of joins whose plans are all made with the same values. */
  async fixed(parameters: Parameters): Promise<number[]> {
    const rates: number[] = [];
    for (let join = 0; join < this.#stage.joins; join++)
      rates.push((await this.#join(join, parameters)).simulated.hitRate ?? 0);
    return rates;
  }

  /** Hit rates of joins each of which tunes the next, from values on that an operator has set. */
  async tuned(
    from: Parameters = {},
    told: (join: number, tunings: Tuning[]) => void = () => undefined,
  ): Promise<number[]> {
    const state = openState(path.join(this.#folder, `tuned-${Math.random()}.db`));
    for (const name of Object.keys(from) as ParameterName[])
      setParameter(state, { group: 'shop', name, value: from[name], nowMs: 0 });
    const rates: number[] = [];
    try {
      for (let join = 0; join < this.#stage.joins; join++) {
        const { hitRate, run, evidence, options } = await this.run(state, join);
        rates.push(hitRate);
        told(join, await tuneByRun(state, run, evidence, options));
      }
      return rates;
    } finally {
      state.close();
    }
  }

  async #join(join: number, parameters: Parameters): Promise<JoinDone> {
    const startMs = this.startOf(join);
    const forecasted = await this.#forecasts.of({
      originMs: startMs,
      horizonMs: parameters.horizonMs ?? usualParameters.horizonMs,
      halfLifeMs: parameters.halfLifeMs,
      decayWeight: parameters.decayWeight,
    });
    const plan = planOf(forecasted, parameters, this.#model);
    const gathered = await this.#gather(startMs);
    const { keys, reads, sample } = gathered;
    const entries = [...plan.entries()];
    const { places } = await plannedKeys(entries, keys, sample);
    const { prefetchTimeoutMs = usualParameters.prefetchTimeoutMs } = parameters;
    const planned = inTime(places, this.#model, prefetchTimeoutMs);
    const replayed = { keys, reads, model: this.#model, share: 1, originMs: startMs };
    const spanMs = joinTimes(this.#model, { rows: 0, bytes: 0 }).inSyncMs as number;
    const choice = { order: 'foresync', budget: {}, planned } as const;
    const simulated = replayJoin(replayed, timeJoin(replayed, choice), spanMs);
    return { startMs, header: plan.header, entries, simulated, prefetchTimeoutMs };
  }

  async #gather(startMs: number): Promise<Gathered> {
    const known = this.#gathered.get(startMs);
    if (known) return known;
    const untilMs = startMs + dayMs;
    const options = { originMs: startMs, untilMs, maxKeys: 1e6, logs: [], layout: {}, signal };
    const gathered = await gather(this.#history, options);
    this.#gathered.set(startMs, gathered);
    return gathered;
  }

  /** One run of the group 'shop' with all that it tells, kept in a state file as a real one is. */
  async run(state: StateFile, join: number): Promise<JoinedRun> {
    const done = await this.#join(join, readParameters(state, 'shop'));
    const { startMs, header, entries, simulated, prefetchTimeoutMs } = done;
    const run: RunRecord & { joiner: undefined } = {
      ...{
        id: `run-${String(join).padStart(3, '0')}`,
        command: 'add-replica',
        group: 'shop',
        table: 'items',
      },
      ...{ startedMs: startMs, outcome: 'done', snapshot: {}, joiner: undefined },
    };
    const text = [header, ...entries].map((line) => `${JSON.stringify(line)}\n`).join('');
    const plan = zstdCompressSync(text);
    recordRun(state, { ...run, plan });
    beginProgress(state, run.id, { process: {}, request: { prefetchTimeoutMs } });
    const figures = figuresOf(simulated, startMs, this.#model.rows, header);
    const log = await JoinerLog.against(figures, await readStoredPlan(plan));
    const untilMs = this.#stage.isServed ? (figures.inSyncAtMs ?? startMs) : startMs + header.horizonMs;
    for (const { atMs, key } of this.#stage.reads)
      if (atMs > startMs && atMs <= untilMs) log.take({ timeMs: atMs, key: name(key), read: true });
    const cameTrue = log.result(startMs + dayMs, this.#history);
    const forecasts: ForecastSource = (wish) => this.#forecasts.of(wish);
    // What a busy machine does not manage in the usual minute must not change what comes out.
    const budgetMs = 1_000_000;
    const options = { nowMs: startMs + dayMs, dryRun: false, history: this.#history, forecasts, budgetMs };
    return { hitRate: simulated.hitRate ?? 0, run, evidence: { figures, cameTrue }, options };
  }
}

/** What `tuneByRun` takes. */
export interface JoinedRun {
  hitRate: number;
  run: TunableRun;
  evidence: Evidence;
  options: TuningOptions;
}

type JoinDone = {
  startMs: number;
  header: ReturnType<typeof makePlan>['header'];
  entries: PlanEntry[];
  simulated: SimulatedJoin;
  prefetchTimeoutMs: number;
};

function planOf(forecasted: Forecast, parameters: Parameters, model: JoinModel) {
  const { minConfidence = usualParameters.minConfidence, budgetKeys, budgetBytes, order } = parameters;
  const { hotReadyMs, phases } = joinTimes(model, { rows: 0, bytes: 0 });
  return makePlan(forecasted, {
    ...{ group: 'shop', table: 'items', model: 'decay', replicas: ['us-east'] },
    limits: { minConfidence, budgetKeys, budgetBytes, order },
    snapshot: { startMs: hotReadyMs, durationMs: phases.snapshotMs, from: 'runs' },
  });
}

/** Hot rows go on until the timeout. */
function inTime(planned: Uint32Array, model: JoinModel, prefetchTimeoutMs: number): Uint32Array {
  const { hotMs } = joinTimes(model, { rows: planned.length, bytes: planned.length * rowBytes }).phases;
  return planned.subarray(0, Math.floor(planned.length * Math.min(1, prefetchTimeoutMs / hotMs)));
}

function slowJoin({ rows, hotTimesAsLong = 2, joinMs = 6 * hourMs }: Stage): JoinModel {
  const snapshotRowsPerSecond = (1000 * rows) / joinMs;
  return {
    ...{ rows, rowBytes, compression: 4, plannedToScanned: 1.5, rttMs: 0, donors: 1 },
    ...{ linkBytesPerSecond: Number.POSITIVE_INFINITY, limitBytesPerSecond: Number.POSITIVE_INFINITY },
    costs: {
      ...{
        connectMs: 1000,
        publishMs: 0,
        snapshotRowsPerSecond,
        hotRowsPerSecond: snapshotRowsPerSecond / hotTimesAsLong,
      },
      ...{ deltaRowsPerSecond: Number.POSITIVE_INFINITY, verifyRowsPerSecond: Number.POSITIVE_INFINITY },
    },
    changedWithin: () => 0,
  };
}

function figuresOf(
  { hotKeys, hotReadyMs, inSyncMs, wireBytes }: SimulatedJoin,
  startMs: number,
  rows: number,
  header: JoinDone['header'],
): RunFigures {
  const moved = (count: number, wire: number) => ({
    rows: count,
    rawBytes: count * rowBytes,
    wireBytes: wire,
  });
  const at = (ms: number | undefined) => (ms === undefined ? undefined : startMs + ms);
  return {
    plan: {
      ...{ keys: header.entries, sentKeys: hotKeys, sentBefore: false, missingKeys: 0 },
      ...{ expectedHitRate: header.expectedHitRate, minConfidence: header.minConfidence },
      ...{ originMs: startMs, horizonMs: header.horizonMs },
    },
    moved: {
      ...{ cache: moved(0, 0), delta: moved(0, 0), repair: moved(0, 0), fetched: moved(0, 0) },
      ...{ hot: moved(hotKeys, wireBytes.hot), snapshot: moved(rows - hotKeys, wireBytes.snapshot) },
    },
    hotReadyMs: hotKeys === header.entries ? hotReadyMs : undefined,
    ...{ inSyncMs, deltaRounds: 1, tableRows: rows, snapshotSmallerBy: hotKeys / rows },
    ...{ mostDeltaKeys: undefined, donors: [], promise: undefined, phases: [], resumed: false },
    ...{ limitBytesPerSecond: undefined, serving: undefined, joinerClock: undefined },
    ...{ warmed: undefined, buffers: undefined },
    ...{ verification: undefined, error: undefined, startedAtMs: startMs },
    lastKnownMs: startMs + (inSyncMs ?? 0),
    hotReadyAtMs: hotKeys === header.entries ? at(hotReadyMs) : undefined,
    inSyncAtMs: at(inSyncMs),
  };
}
