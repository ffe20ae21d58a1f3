import { formatCount, formatCounted, formatDuration, formatPercent, formatSpan } from '../format.ts';
import type { CameTrue } from '../metrics/came-true.ts';
import type { PlanCameTrue } from '../metrics/plan-reads.ts';
import type { RunFigures } from '../metrics/run-figures.ts';

/** What a run tells about the parameters that its plan was made with. */
export interface Evidence {
  figures: RunFigures;
  /** Absent without an access log of the joiner. */
  cameTrue: CameTrue | undefined;
}

/** A rule's answer: one bounded step from the value that the plan used, or why there is none. */
export type Verdict = { new: number; reason: string } | { reason: string };

/** Bounds, steps and thresholds, all in one place. Evidence below these sizes moves nothing. */
export const limits = {
  confidence: { least: 0.05, most: 0.95, step: 0.05 },
  horizonMs: { least: 15 * 60_000, most: 14 * 86_400_000, factor: 1.25 },
  halfLifeMs: { least: 3_600_000, most: 90 * 86_400_000, factor: 1.25 },
  /** Share of the sent planned keys that may go unread. */
  wastedTarget: 0.3,
  /** Under this share of unread keys a plan has room for less certain ones. */
  wastedSmall: 0.15,
  /** How far the hit rate may stay below what was expected. */
  hitRateSlack: 0.05,
  /** Delta Log keys, as a share of the table's rows, past which early rows travel twice too often. */
  deltaShare: 0.2,
  thin: { reads: 200, sentKeys: 20, tableRows: 1000, coveredForHits: 0.5, coveredForWaste: 0.8, volume: 0.1 },
} as const;

/**
 * Raised when too many planned keys were never read; lowered when demand was broader than the plan and little was
 * wasted. A plan is made for the group: keys unread only because the log has less than the group's reads do not count.
 */
export function confidenceRule(used: number, { cameTrue }: Evidence, memoryExplains: boolean): Verdict {
  const plan = cameTrue?.plan;
  const thin = thinLog(plan);
  if (!plan || thin) return { reason: thin ?? noLog };
  const { least, most, step } = limits.confidence;
  const { wasted, unread } = unreadKeys(plan);
  if (plan.volume && plan.volume.share < limits.thin.volume) {
    return {
      reason: `the log has only ${formatPercent(plan.volume.share, 1)} of the reads that the plan expected of the group, too few to tell unread keys by (${formatPercent(limits.thin.volume, 1)})`,
    };
  }
  if (plan.wasted.sentKeys >= limits.thin.sentKeys && wasted > limits.wastedTarget) {
    if (plan.covered < limits.thin.coveredForWaste) {
      return {
        reason: `${unread}, but the log covers only ${formatPercent(plan.covered, 1)} of the horizon, so they may still be`,
      };
    }
    if (used >= most) return { reason: `${unread}, but it is at its upper bound` };
    return {
      new: round(Math.min(most, used + step)),
      reason: `${unread} (target: at most ${formatPercent(limits.wastedTarget, 1)})`,
    };
  }
  const short = shortfall(plan);
  if (short === undefined) return { reason: `${unread}, and the hit rate came as expected (${rates(plan)})` };
  if (memoryExplains) return { reason: `${rates(plan)}, which the half-life answers in this run` };
  if (wasted >= limits.wastedSmall)
    return { reason: `${rates(plan)}, but ${unread}, so more keys are no answer` };
  if (used <= least) return { reason: `${rates(plan)}, but it is at its lower bound` };
  return { new: round(Math.max(least, used - step)), reason: `${rates(plan)}, and only ${unread}` };
}

/**
 * Lengthened when the plan was nearly used up before the replica was in sync; shortened when many rows travelled twice
 * and in sync came early in the horizon. Both are known without a log.
 */
export function horizonRule(used: number, { figures }: Evidence): Verdict {
  const { plan, inSyncAtMs, startedAtMs, tableRows, moved } = figures;
  if (!plan || inSyncAtMs === undefined)
    return { reason: 'the run was not in sync, so the time it needs is not known' };
  if (startedAtMs < plan.originMs || startedAtMs - plan.originMs > plan.horizonMs) {
    return { reason: "the run did not start within the plan's horizon, so its times say nothing about it" };
  }
  const { least, most, factor } = limits.horizonMs;
  const neededMs = inSyncAtMs - plan.originMs;
  const needed = `in sync came ${formatDuration(neededMs)} after the plan's origin`;
  if (neededMs > 0.8 * used) {
    if (used >= most) return { reason: `${needed}, but it is at its upper bound` };
    return { new: Math.min(most, Math.round(used * factor)), reason: `${needed}, past 80 % of the horizon` };
  }
  if (!tableRows || tableRows < limits.thin.tableRows)
    return { reason: `${needed}, within the horizon, and the table is small` };
  const deltaShare = moved.delta.rows / tableRows;
  const twice = `${formatCounted(moved.delta.rows, 'row')} went through the Delta Log, ${formatPercent(deltaShare, 1)} of the table`;
  if (deltaShare <= limits.deltaShare || neededMs > 0.25 * used)
    return { reason: `${needed}, within the horizon; ${twice}` };
  if (used <= least) return { reason: `${twice}, but it is at its lower bound` };
  return {
    new: Math.max(least, Math.round(used / factor)),
    reason: `${twice} (over ${formatPercent(limits.deltaShare, 1)}), so rows sent long before they are read travel twice, and ${needed}`,
  };
}

/**
 * Moved only when the log contradicts the forecast's memory: shortened when most missed reads were of keys read within
 * the last half-life, lengthened when most were of keys read longer ago. Keys that were never seen move nothing.
 */
export function halfLifeRule(used: number, { cameTrue }: Evidence): Verdict {
  const plan = cameTrue?.plan;
  const thin = thinLog(plan);
  if (!plan || thin) return { reason: thin ?? noLog };
  if (shortfall(plan) === undefined) return { reason: `the hit rate came as expected (${rates(plan)})` };
  const { missed } = plan;
  if (!missed) return { reason: `${rates(plan)}, but the history tells nothing of the missed keys` };
  const all = missed.recent + missed.older + missed.unseen + missed.uncounted;
  const { least, most, factor } = limits.halfLifeMs;
  if (missed.recent > all / 2) {
    const reason = `${rates(plan)}; ${formatPercent(missed.recent / all, 1)} of the missed reads were of keys read within the last ${formatSpan(used)}`;
    return used <= least
      ? { reason: `${reason}, but it is at its lower bound` }
      : { new: Math.max(least, Math.round(used / factor)), reason };
  }
  if (missed.older > all / 2) {
    const reason = `${rates(plan)}; ${formatPercent(missed.older / all, 1)} of the missed reads were of keys last read longer than ${formatSpan(used)} ago`;
    return used >= most
      ? { reason: `${reason}, but it is at its upper bound` }
      : { new: Math.min(most, Math.round(used * factor)), reason };
  }
  return {
    reason: `${rates(plan)}, but the missed keys were neither mostly recent nor mostly old (${formatPercent(missed.unseen / all, 1)} never seen)`,
  };
}

export const noLog = 'no access log of the joiner has been measured';

function thinLog(plan: PlanCameTrue | undefined): string | undefined {
  if (!plan) return undefined;
  const { reads, coveredForHits } = limits.thin;
  if (plan.reads < reads)
    return `the log has ${plan.reads} reads within the horizon, too few to judge by (${reads})`;
  if (plan.covered < coveredForHits) {
    return `the log covers ${formatPercent(plan.covered, 1)} of the horizon, too little to judge by (${formatPercent(coveredForHits, 1)})`;
  }
  return undefined;
}

/** The share of the sent keys that was never read, less what the log's share of the group's reads explains. */
function unreadKeys({ wasted: { keys, sentKeys, byVolume }, volume }: PlanCameTrue): {
  wasted: number;
  unread: string;
} {
  if (sentKeys === 0) return { wasted: 0, unread: 'no planned key was sent' };
  const wasted = Math.max(0, keys - byVolume) / sentKeys;
  const unread = `${formatPercent(keys / sentKeys, 1)} of the ${formatCount(sentKeys)} planned keys that were sent were never read`;
  if (!volume || byVolume / sentKeys < 0.0005) return { wasted, unread };
  return {
    wasted,
    unread: `${unread}, ${formatPercent(wasted, 1)} not counting those that the log leaves out because it has ${formatPercent(volume.share, 1)} of the reads expected of the group`,
  };
}

/** How far the planned share of reads stayed below what was expected, where that is past the slack. */
function shortfall(plan: PlanCameTrue): number | undefined {
  const missing = plan.expectedHitRate - plan.plannedReads / plan.reads;
  return missing > limits.hitRateSlack ? missing : undefined;
}

function rates(plan: PlanCameTrue): string {
  return `${formatPercent(plan.plannedReads / plan.reads, 1)} of the reads were of planned keys, ${formatPercent(plan.expectedHitRate, 1)} were expected`;
}

/** Off the noise of adding 0.05, so that values compare. */
function round(confidence: number): number {
  return Math.round(confidence * 100) / 100;
}
