import type { AgentClient } from '../agent/client.ts';
import type { Wait } from '../clock.ts';
import { ForesyncError, messageOf } from '../errors.ts';
import { Agents } from './connect.ts';
import { dealPlan } from './deal-plan.ts';
import type { Emit, PhaseName, RunFact } from './events.ts';
import { type HookOptions, Hooks } from './hooks.ts';
import { Joining, resumable } from './joining.ts';
import type { Pace } from './pace.ts';
import { PostgresJoining } from './postgres/joining.ts';
import {
  type JoinerSpec,
  type JoinerState,
  refuseDonorsPlace,
  stopped,
  withBusyRun,
  withDoctor,
  withWayOn,
} from './refusals.ts';
import { emitter, type RunOptions, startOf } from './run.ts';
import { isLost, Tries } from './tries.ts';

export interface AddReplicaOptions extends RunOptions {
  joiner: JoinerSpec;
  /** Puts the copy in the place of a table that is there already. */
  replace: boolean;
  /** Starts anew what an earlier run for this joiner left. */
  restart: boolean;
  /** When the table appears: proven equal, or as soon as its planned rows are there, with a status that applications can ask. */
  publishAt: 'synced' | 'hot-ready';
  /** Goes on applying what changes at the lead after it is in sync, until the signal trips, which is its good end. */
  follow: boolean;
  /** How long hot rows may take before the snapshot goes on. */
  prefetchTimeoutMs: number;
  /** How often in a row, without progress between, it connects anew after it lost the joiner or the lead. */
  retries: number;
  /** How long a small write at the lead donor may take before the run slows down; undefined where that does not matter. */
  maxDonorLatencyMs: number | undefined;
  /** How many keys the Delta Log may hold; undefined for its usual budget, or that of a capture which is there. */
  deltaBudgetKeys: number | undefined;
  /** Where and how the joiner answers reads while it is built; undefined where it does not. */
  serve: ServeWishes | undefined;
  /** What becomes of a joiner at PostgreSQL that is in sync; nothing where it is undefined. */
  handOver?: HandOver | undefined;
  /** Has a joiner at PostgreSQL answer reads under the table's own name while it is built; `conninfo` as in HandOver. */
  serveSql?: { conninfo: string } | undefined;
  /** Of all rows that go to the joiner. */
  pace: Pace;
  wait: Wait;
  /** What commands need to find the state file that this run is kept in, such as ` --state FILE`; absent where they find it. */
  stateOption?: string;
  /** Commands of the operator's; undefined where there are none. */
  hooks: HookOptions | undefined;
}

/** `subscription`: PostgreSQL's own replication goes on with it; `conninfo` is how the joiner's server reaches the lead's. */
export type HandOver =
  | { kind: 'none' }
  | { kind: 'subscription'; conninfo: string; among?: AmongLeaders | undefined };

/** In a group with several leaders: how the joiner's server reaches each other one, by its name, and how theirs reach the joiner's. */
export interface AmongLeaders {
  leaders: Readonly<Record<string, string>>;
  joiner: string;
}

export interface ServeWishes {
  /** At the joiner's host, as `parseServeAddress` reads it. */
  address: string;
  /** A file at the joiner's host that every read is written to. */
  log?: string | undefined;
  /** Rows that may be older are fetched from the lead anew. */
  maxStalenessMs?: number | undefined;
  /** Share of reads that the joiner must answer by itself to be ready, until it has all rows. */
  readyAt: number;
}

export interface AddReplicaResult {
  watermark: number;
  rows: number;
}

function phasesOf({ follow, publishAt }: AddReplicaOptions): PhaseName[] {
  const isEarly = publishAt === 'hot-ready';
  return [
    ...(['connect', 'capture', 'hot'] as const),
    ...(isEarly ? (['publish'] as const) : []),
    ...(['snapshot', 'delta', 'verify'] as const),
    ...(isEarly ? [] : (['publish'] as const)),
    ...(follow ? (['follow'] as const) : []),
    'cleanup',
  ];
}

/**
 * Adds a replica: capture at the lead donor, hot rows from all donors, the snapshot of all other rows, the Delta Log,
 * digests, publication, clean-up. Where the joiner or the lead is lost, it connects anew and goes on from the checkpoint in
 * the joiner; rejects with `gave-up` after `retries` tries in a row. May be called again after it was stopped or failed at any point: it
 * goes on from the same checkpoint. Rejects with `stopped` when the signal is tripped.
 */
export async function addReplica(options: AddReplicaOptions): Promise<AddReplicaResult> {
  const tell = emitter(options);
  const hooks = new Hooks(options, tell);
  const emit: Emit = (fact) => {
    tell(fact);
    hooks.watch(fact);
  };
  const { group, joiner, plan, pace, signal } = options;
  emit(startOf(options, { command: 'add-replica', joiner: joiner.name, phases: phasesOf(options) }));
  if (pace.limit) emit({ type: 'limit', limit: pace.limit });
  const run = new Run(options, emit);
  try {
    refuseDonorsPlace(joiner, group);
    if (!plan) emit({ type: 'note', level: 'info', text: 'No plan: rows come in the order of the table.' });
    const result = await run.whole();
    await hooks.ended();
    emit({ type: 'end', outcome: 'done' });
    return result;
  } catch (error) {
    await hooks.stop();
    const told = signal.aborted ? stopped(options, run) : run.told(error);
    emit({
      type: 'end',
      outcome: signal.aborted ? 'stopped' : 'failed',
      error: told instanceof Error ? told.message : String(told),
    });
    throw told;
  }
}

const joinings = { sqlite: Joining, postgres: PostgresJoining };

/** Tries again and again, as long as there is hope. */
class Run {
  readonly #options: AddReplicaOptions;
  readonly #emit: Emit;
  #progressed = false;
  #onlyCleanUpLeft = false;
  #wasHotReady = false;
  /** The joiner's agent where it answers reads, while the lead is away. */
  #serving: AgentClient | undefined;
  /** That in which the last try ended. */
  #phase: PhaseName | undefined;
  /** Where the table is: in its place with its hot rows, or proven. */
  place: JoinerState = 'building';
  /** Whether any try began something that can be gone on with. */
  begun = false;

  constructor(options: AddReplicaOptions, emit: Emit) {
    this.#options = options;
    this.#emit = (fact) => {
      // Of a joiner that is followed each try tells so anew.
      if (fact.type === 'in-sync' && this.place === 'synced') return;
      if (fact.type === 'hot-ready' && this.#wasHotReady) return;
      this.#watch(fact);
      emit(fact);
    };
  }

  async whole(): Promise<AddReplicaResult> {
    try {
      return await this.#tries();
    } finally {
      await this.#serving?.close();
    }
  }

  async #tries(): Promise<AddReplicaResult> {
    const { retries, wait, signal } = this.#options;
    const tries = new Tries(retries);
    for (;;) {
      this.#progressed = false;
      try {
        return await this.#once();
      } catch (error) {
        if (signal.aborted) throw error;
        // The same command sees to a clean-up that is left.
        const mayPass = this.begun && !this.#onlyCleanUpLeft && this.#passes(error);
        const next = mayPass ? tries.next(this.#progressed) : undefined;
        if (!next) {
          if (this.#phase) this.#emit({ type: 'phase', phase: this.#phase, state: 'failed' });
          throw mayPass && retries > 0 ? gaveUp(error, retries) : error;
        }
        this.#emit({ type: 'lost' });
        this.#emit({ type: 'note', level: 'warning', text: `${messageOf(error)} ${next.words}` });
        await wait(next.delayMs, signal);
      }
    }
  }

  /** The error as it is told: with the way on, where there is one, or with who finds out. */
  told(error: unknown): unknown {
    const canGoOn = this.begun && error instanceof ForesyncError && resumable.has(error.kind);
    return canGoOn ? withWayOn(error, this.#options) : withBusyRun(withDoctor(error));
  }

  /** A joiner that is in its place is written to by applications too, whose long transactions come to an end. */
  #passes(error: unknown): boolean {
    return (
      isLost(error) ||
      (this.place !== 'building' && error instanceof ForesyncError && error.code === 'store-busy')
    );
  }

  async #once(): Promise<AddReplicaResult> {
    const { plan } = this.#options;
    // Dealt anew each time: what had arrived of it is counted from the start, as it is sent.
    const batches = plan && (await dealPlan(plan, this.#options, this.#emit));
    // What an earlier try has sent is not to be thrown away by the next.
    const options = { ...this.#options, restart: this.#options.restart && !this.begun };
    const agents = new Agents(options, this.#emit, this.#serving);
    const joining = new joinings[options.joiner.store.kind](options, agents, this.#emit);
    this.#serving = undefined;
    try {
      return await joining.whole(batches);
    } catch (error) {
      if (isLost(error) && options.serve && !joining.joiner?.isLost) this.#serving = joining.joiner;
      await joining.leave(
        options.signal.aborted ? stopped(options, { begun: joining.begun, place: this.place }) : error,
      );
      throw error;
    } finally {
      this.#phase = joining.phase;
      this.begun ||= joining.begun;
      await agents.close(this.#serving);
    }
  }

  #watch(fact: RunFact): void {
    if (fact.type === 'rows' || fact.type === 'progress' || fact.type === 'followed') this.#progressed = true;
    if (fact.type === 'hot-ready') this.#wasHotReady = true;
    if (
      fact.type === 'phase' &&
      fact.phase === 'publish' &&
      fact.state !== 'running' &&
      this.place === 'building'
    )
      this.place = 'hot';
    if (fact.type === 'in-sync') this.place = 'synced';
    if (fact.type === 'phase' && fact.state === 'running') this.#onlyCleanUpLeft = fact.phase === 'cleanup';
  }
}

function gaveUp(error: unknown, retries: number): ForesyncError {
  const tries = retries === 1 ? '1 try' : `${retries} tries`;
  return new ForesyncError('stopped', 'gave-up', `${messageOf(error)} Gave up after ${tries}.`, {
    cause: error,
  });
}
