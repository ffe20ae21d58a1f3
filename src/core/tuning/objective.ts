import type { Prices } from '../group/prices.ts';

/** What a join came to, beside the same join without a plan. */
export interface JoinOutcome {
  /** Reads from the join's start until the join without a plan would be in sync. */
  reads: number;
  /** Those that found their row. */
  hits: number;
  /** How many more found it than without a plan; below zero where the plan held up more than it brought. */
  servedEarly: number;
  unreadBytes: number;
  twiceBytes: number;
  readAheadBytes: number;
  /** How much later in sync than without a plan. */
  syncDelaySeconds: number;
}

/** What a plan was worth, as reads served early; by part, and in all. */
export interface Worth {
  served: number;
  unread: number;
  twice: number;
  readAhead: number;
  sync: number;
  /** What was served less all costs. */
  value: number;
}

const bytesPerMegabyte = 1e6;

/**
 * The objective of tuning: the value of the reads that a plan served early, less what was spent on it. In reads, where a served read has a price of 1.
 * It is additive, so joins can be summed, and a share of the reads once it is divided by them.
 */
export function worthOf(outcome: JoinOutcome, prices: Prices): Worth {
  const megabytes = (bytes: number) => bytes / bytesPerMegabyte;
  const served = prices.servedRead * outcome.servedEarly;
  const unread = prices.unreadMegabyte * megabytes(outcome.unreadBytes);
  const twice = prices.twiceMegabyte * megabytes(outcome.twiceBytes);
  const readAhead = prices.readAheadMegabyte * megabytes(outcome.readAheadBytes);
  const sync = prices.syncSecond * outcome.syncDelaySeconds;
  return { served, unread, twice, readAhead, sync, value: served - unread - twice - readAhead - sync };
}
