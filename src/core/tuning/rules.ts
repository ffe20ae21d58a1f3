import { formatDuration, formatPercent, formatSpan } from '../format.ts';
import type { CameTrue } from '../metrics/came-true.ts';
import type { PlanCameTrue } from '../metrics/plan-reads.ts';
import type { RunFigures } from '../metrics/run-figures.ts';
import { stepFrom } from './parameter-ranges.ts';

/** What a run tells about the parameters that its plan was made with. */
export interface Evidence {
  figures: RunFigures;
  /** Absent without an access log of the joiner. */
  cameTrue: CameTrue | undefined;
}

/** A rule's answer: one bounded step from the value that the plan used, which is yet to be confirmed, or why there is none. */
export type Verdict = { new: number; reason: string } | { new?: undefined; reason: string };

/** Thresholds, all in one place. Evidence below these sizes moves nothing. */
export const limits = {
  /** How far the hit rate may stay below what was expected. */
  hitRateSlack: 0.05,
  /** Shares of the horizon, past and within which in sync is late and early. */
  horizon: { past: 0.8, within: 0.5 },
  thinReads: 200,
} as const;

/**
 * Lengthened when the plan was nearly used up before the replica was in sync; shortened when in sync came early in the horizon: what is read later is no
 * reason to send a row early. Both are known without a log.
 */
export function horizonRule(used: number, { figures }: Evidence): Verdict {
  const { plan, inSyncAtMs, startedAtMs } = figures;
  if (!plan || inSyncAtMs === undefined)
    return { reason: 'the run was not in sync, so the time it needs is not known' };
  if (startedAtMs < plan.originMs || startedAtMs - plan.originMs > plan.horizonMs) {
    return { reason: "the run did not start within the plan's horizon, so its times say nothing about it" };
  }
  const neededMs = inSyncAtMs - plan.originMs;
  const needed = `in sync came ${formatDuration(neededMs)} after the plan's origin`;
  const { past, within } = limits.horizon;
  if (neededMs > past * used)
    return step('horizonMs', used, 'up', `${needed}, past ${formatPercent(past)} of the horizon`);
  if (neededMs < within * used)
    return step('horizonMs', used, 'down', `${needed}, within ${formatPercent(within)} of the horizon`);
  return { reason: `${needed}, well within the horizon` };
}

/**
 * Moved only when the log contradicts the forecast's memory: shortened when most missed reads were of keys read within
 * the last half-life, lengthened when most were of keys read longer ago. Keys that were never seen move nothing.
 */
export function halfLifeRule(used: number, { cameTrue }: Evidence): Verdict {
  const plan = cameTrue?.plan;
  const found = missesOf(plan);
  if (!('side' in found)) return found;
  return step('halfLifeMs', used, found.side === 'recent' ? 'down' : 'up', found.reason);
}

/**
 * The same misses where forests were chosen, whose memory is the decayed count beside them: that weighs more when most missed reads were of keys
 * read lately, and less when long ago.
 */
export function decayWeightRule(used: number, { cameTrue }: Evidence): Verdict {
  const found = missesOf(cameTrue?.plan);
  if (!('side' in found)) return found;
  return step('decayWeight', used, found.side === 'recent' ? 'up' : 'down', found.reason);
}

export const noLog = 'no access log of the joiner has been measured';

/**
 * Why the joiner's log is too thin to judge by; undefined where it is not. How much of the horizon it covers is no matter: what tuning weighs are the reads until in sync, and
 * whether those are known is asked where they are replayed.
 */
export function thinLog(plan: PlanCameTrue | undefined): string | undefined {
  if (!plan) return noLog;
  if (plan.reads < limits.thinReads)
    return `the log has ${plan.reads} reads within the horizon, and it takes ${limits.thinReads} to judge by`;
  return undefined;
}

function missesOf(
  plan: PlanCameTrue | undefined,
): { side: 'recent' | 'older'; reason: string } | { reason: string } {
  const thin = thinLog(plan);
  if (!plan || thin) return { reason: thin ?? noLog };
  if (shortfall(plan) === undefined) return { reason: `the hit rate came as expected (${rates(plan)})` };
  const { missed, halfLifeMs } = plan;
  if (!missed || halfLifeMs === undefined)
    return { reason: `${rates(plan)}, but the history tells nothing of the missed keys` };
  const all = missed.recent + missed.older + missed.unseen + missed.uncounted;
  const share = (reads: number) =>
    `${rates(plan)}; ${formatPercent(reads / all, 1)} of the missed reads were of keys`;
  if (missed.recent > all / 2)
    return {
      side: 'recent',
      reason: `${share(missed.recent)} read within the last ${formatSpan(halfLifeMs)}`,
    };
  if (missed.older > all / 2)
    return {
      side: 'older',
      reason: `${share(missed.older)} last read longer than ${formatSpan(halfLifeMs)} ago`,
    };
  return {
    reason: `${rates(plan)}, but the missed keys were neither mostly recent nor mostly old (${formatPercent(missed.unseen / all, 1)} never seen)`,
  };
}

function step(
  name: 'horizonMs' | 'halfLifeMs' | 'decayWeight',
  used: number,
  direction: 'up' | 'down',
  reason: string,
): Verdict {
  const next = stepFrom(name, used, direction);
  if (next !== undefined) return { new: next, reason };
  return { reason: `${reason}, but it is at its ${direction === 'up' ? 'upper' : 'lower'} bound` };
}

/** How far the planned share of reads stayed below what was expected, where that is past the slack. */
function shortfall(plan: PlanCameTrue): number | undefined {
  const missing = plan.expectedHitRate - plan.plannedReads / plan.reads;
  return missing > limits.hitRateSlack ? missing : undefined;
}

function rates(plan: PlanCameTrue): string {
  return `${formatPercent(plan.plannedReads / plan.reads, 1)} of the reads were of planned keys, ${formatPercent(plan.expectedHitRate, 1)} were expected`;
}
