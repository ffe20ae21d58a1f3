import type { AccessHistory } from '../history/access-history.ts';
import { type KnownKeys, knownAmong } from './known-keys.ts';
import { LogTime } from './log-time.ts';
import { LogsOfTable } from './logs-of-table.ts';
import { MissedReads } from './missed-reads.ts';
import { type PlanCameTrue, PlanReads } from './plan-reads.ts';
import { canonicalLogKey, type StoredPlan } from './plan-text.ts';
import { type ReplicaCameTrue, ReplicaReads } from './replica-reads.ts';
import type { RunFigures } from './run-figures.ts';
import type { ServedAnswer } from './served-reads.ts';

/** An event of the joiner's access log, in any order. */
export interface LoggedAccess {
  timeMs: number;
  key: string;
  read: boolean;
  /** Where the joiner answered the read itself. */
  served?: ServedAnswer | undefined;
}

/**
 * What came true of a run, by access logs of the joiner: those that it wrote itself while it answered reads, and others.
 *
 * In the others a key whose row is not in the table at all cannot be told from one whose row had not come: where it was planned, or
 * read after in sync, it counts as a hit.
 */
export interface CameTrue {
  /** Of this shape; what another version of foresync stored in another shape is measured anew. */
  version: 2;
  measuredAtMs: number;
  /** What was counted, by foresync's clock. */
  log: {
    reads: number;
    writes: number;
    firstMs: number | undefined;
    lastMs: number | undefined;
    /** Of the reads, those more than a minute later than the moment at which they were measured: a clock is wrong. Undefined where an earlier version of foresync measured. */
    future?: number | undefined;
  };
  /** What was left out, and why; undefined where an earlier version of foresync measured. */
  leftOut?: LeftOut | undefined;
  /** Undefined for a run without a plan. */
  plan: PlanCameTrue | undefined;
  replica: ReplicaCameTrue;
}

export interface LeftOut {
  /** Reads within the time that a log of the joiner's own covers: they are in that. */
  twice: number;
  /** Reads from before the run began, when there was no joiner. */
  early: number;
  /** What was taken off the times of the joiner's own log, because its clock was so far ahead of foresync's. */
  clockAheadMs: number;
}

/**
 * Sets the joiner's logs, event by event, against a run and its plan. Holds the plan's keys and a bounded number of
 * others, so memory goes by the plan's size and not by the log's.
 */
export class JoinerLog {
  private readonly planned: PlanReads | undefined;
  private readonly sentKeys: number;
  private readonly missed = new MissedReads();
  private readonly replica: ReplicaReads;
  private readonly time: LogTime;
  private readonly table = new LogsOfTable();
  private reads = 0;
  private writes = 0;
  private firstMs = Number.POSITIVE_INFINITY;
  private lastMs = Number.NEGATIVE_INFINITY;

  private constructor(figures: RunFigures, planned: PlanReads | undefined, nowMs: number) {
    this.planned = planned;
    this.sentKeys = figures.plan?.sentKeys ?? 0;
    this.replica = new ReplicaReads(figures);
    this.time = new LogTime(figures, nowMs);
  }

  /** Reads the plan; throws what its entries throw. Reads later than `nowMs` are counted and told. */
  static async against(
    figures: RunFigures,
    plan: StoredPlan | undefined,
    { signal, nowMs = Number.POSITIVE_INFINITY }: { signal?: AbortSignal | undefined; nowMs?: number } = {},
  ): Promise<JoinerLog> {
    if (!plan || !figures.plan) return new JoinerLog(figures, undefined, nowMs);
    const { hot } = figures.moved;
    const hotRowBytes = hot.rows > 0 ? hot.rawBytes / hot.rows : undefined;
    const planned = new PlanReads(figures.plan, { halfLifeMs: plan.halfLifeMs, hotRowBytes });
    for await (const entry of plan.entries) {
      signal?.throwIfAborted();
      planned.add(entry);
    }
    return new JoinerLog(figures, planned, nowMs);
  }

  /**
   * A log has been taken to its end, and another one may come. Logs that the joiner wrote itself are to be the first: what they cover is not counted again.
   * Throws `log-of-another-time` (kind `data`) where nothing of it can be about this run.
   */
  endLog(name: string): void {
    this.time.endLog(name);
    this.table.endLog(name);
  }

  take({ timeMs: loggedMs, key: raw, read, served }: LoggedAccess): void {
    const key = canonicalLogKey(raw);
    const place = this.planned?.places.get(key);
    this.table.take(key, place !== undefined || served?.found === true);
    const timeMs = this.time.take(loggedMs, { isRead: read, isServed: served !== undefined });
    if (timeMs === undefined) return;
    this.firstMs = Math.min(this.firstMs, timeMs);
    this.lastMs = Math.max(this.lastMs, timeMs);
    if (!read) {
      this.writes += 1;
      return;
    }
    this.reads += 1;
    const isPlanned = place !== undefined;
    this.replica.take({ timeMs, key, isPlanned, isSent: isPlanned && place < this.sentKeys, served });
    if (this.planned?.take(timeMs, place) && !isPlanned) this.missed.take(key);
  }

  /**
   * What came true by the events so far; `history` tells what was known of keys and is read through once. Throws `log-of-another-table`
   * (kind `data`) where a log has other keys than the run's table.
   */
  result(nowMs: number, history?: AccessHistory, signal?: AbortSignal): CameTrue {
    const { planned, reads, writes } = this;
    const span = reads + writes > 0 ? { firstMs: this.firstMs, lastMs: this.lastMs } : undefined;
    const known = history && this.known(history, signal);
    if (history && known && history.summary().keys > 0) this.table.refuseForeign(known);
    return {
      version: 2,
      measuredAtMs: nowMs,
      log: { reads, writes, firstMs: span?.firstMs, lastMs: span?.lastMs, future: this.time.future },
      leftOut: this.time.leftOut,
      plan: planned && {
        ...planned.result(span),
        missed: known && this.explainMissed(planned, history, known),
      },
      replica: this.replica.result(known),
    };
  }

  private known(history: AccessHistory, signal: AbortSignal | undefined): KnownKeys {
    const keys = new Set([...this.missed.keys, ...this.replica.openKeys, ...this.table.openKeys]);
    return knownAmong(history, keys, this.time.originMs, signal);
  }

  /** Undefined where the history begins after the origin, and so knows nothing. */
  private explainMissed({ fromMs, halfLifeMs }: PlanReads, history: AccessHistory, known: KnownKeys) {
    const begins = history.summary().firstMs ?? Number.POSITIVE_INFINITY;
    return halfLifeMs === undefined || begins >= fromMs
      ? undefined
      : this.missed.explain(known, fromMs, halfLifeMs);
  }
}

/** What was measured of a run before; undefined where nothing was, or in a shape that is not this one. */
export function storedCameTrue(metrics: unknown): CameTrue | undefined {
  return (metrics as CameTrue | undefined)?.version === 2 ? (metrics as CameTrue) : undefined;
}
