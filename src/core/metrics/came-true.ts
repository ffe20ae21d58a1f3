import type { AccessHistory } from '../history/access-history.ts';
import { MissedReads } from './missed-reads.ts';
import { type PlanCameTrue, PlanReads } from './plan-reads.ts';
import { canonicalLogKey, type StoredPlan } from './plan-text.ts';
import { type ReplicaCameTrue, ReplicaReads } from './replica-reads.ts';
import type { RunFigures } from './run-figures.ts';

/** An event of the joiner's access log, in any order. */
export interface LoggedAccess {
  timeMs: number;
  key: string;
  read: boolean;
}

/**
 * What came true of a run, by an access log of the joiner.
 *
 * A key whose row is not in the table at all cannot be told from one whose row had not come: where it was planned, or
 * read after in sync, it counts as a hit.
 */
export interface CameTrue {
  /** Of this shape; what another version of foresync stored in another shape is measured anew. */
  version: 2;
  measuredAtMs: number;
  log: { reads: number; writes: number; firstMs: number | undefined; lastMs: number | undefined };
  /** Undefined for a run without a plan. */
  plan: PlanCameTrue | undefined;
  replica: ReplicaCameTrue;
}

/**
 * Sets the joiner's log, event by event, against a run and its plan. Holds the plan's keys and a bounded number of
 * missed ones, so memory goes by the plan's size and not by the log's.
 */
export class JoinerLog {
  private readonly planned: PlanReads | undefined;
  private readonly sentKeys: number;
  private readonly missed = new MissedReads();
  private readonly replica: ReplicaReads;
  private reads = 0;
  private writes = 0;
  private firstMs = Number.POSITIVE_INFINITY;
  private lastMs = Number.NEGATIVE_INFINITY;

  private constructor(figures: RunFigures, planned: PlanReads | undefined) {
    this.planned = planned;
    this.sentKeys = figures.plan?.sentKeys ?? 0;
    this.replica = new ReplicaReads(figures);
  }

  /** Reads the plan; throws what its entries throw. */
  static async against(
    figures: RunFigures,
    plan: StoredPlan | undefined,
    signal?: AbortSignal,
  ): Promise<JoinerLog> {
    if (!plan || !figures.plan) return new JoinerLog(figures, undefined);
    const planned = new PlanReads(figures.plan, plan.halfLifeMs);
    for await (const entry of plan.entries) {
      signal?.throwIfAborted();
      planned.add(entry);
    }
    return new JoinerLog(figures, planned);
  }

  take({ timeMs, key: raw, read }: LoggedAccess): void {
    this.firstMs = Math.min(this.firstMs, timeMs);
    this.lastMs = Math.max(this.lastMs, timeMs);
    if (!read) {
      this.writes += 1;
      return;
    }
    this.reads += 1;
    const key = canonicalLogKey(raw);
    const place = this.planned?.places.get(key);
    this.replica.take(timeMs, place !== undefined && place < this.sentKeys);
    if (this.planned?.take(timeMs, place) && place === undefined) this.missed.take(key);
  }

  /** What came true by the events so far; `history` tells what was known of missed keys and is read through once. */
  result(nowMs: number, history?: AccessHistory, signal?: AbortSignal): CameTrue {
    const { planned, reads, writes } = this;
    const span = reads + writes > 0 ? { firstMs: this.firstMs, lastMs: this.lastMs } : undefined;
    const missed =
      history && planned?.halfLifeMs
        ? this.missed.explain(history, planned.fromMs, planned.halfLifeMs, signal)
        : undefined;
    return {
      version: 2,
      measuredAtMs: nowMs,
      log: { reads, writes, firstMs: span?.firstMs, lastMs: span?.lastMs },
      plan: planned && { ...planned.result(span), missed },
      replica: this.replica.result(),
    };
  }
}

/** What was measured of a run before; undefined where nothing was, or in a shape that is not this one. */
export function storedCameTrue(metrics: unknown): CameTrue | undefined {
  return (metrics as CameTrue | undefined)?.version === 2 ? (metrics as CameTrue) : undefined;
}
