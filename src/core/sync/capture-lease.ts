import { hash } from 'node:crypto';
import { ForesyncError } from '../errors.ts';
import { printable } from '../text.ts';
import type { Donor } from './run.ts';

/** Where none is asked for: past this many keys the Delta Log switches itself off. About a gigabyte at the donor. */
export const usualBudgetKeys = 20_000_000;

/** How long capture outlives the last sign of a running run. */
export const runLeaseMs = 15 * 60_000;

const renewEveryMs = 60_000;

/** Ids tell whose a capture is: `prefetch-…`, or `run-…` with the joiner it was started for. */
export function runCapturePrefix(group: string, joiner: string): string {
  return `run-${hash('sha256', `${group}\0${joiner}`, 'hex').slice(0, 12)}-`;
}

export const prefetchCapturePrefix = 'prefetch-';

/** A capture at the lead donor that a run relies on; renewed until it is let go. */
export interface HeldCapture {
  id: string;
  /** True where it was there before this run. */
  adopted: boolean;
  /** True where a prefetch started it, or the one in whose place it came, so that donors may hold a Prefetch Cache. */
  isPrefetchs: boolean;
  /** Keys in the Delta Log when it was held. */
  keys: number;
  /** Past so many it switches itself off. */
  budgetKeys: number;
  /** Its last change when it was held. */
  watermark: number;
  /** Changes up to here are in it no longer. */
  prunedTo: number;
  /** Renews at once, which is a small write at the donor; gives the milliseconds that it took there. */
  probe(): Promise<number>;
  /** Stops renewing. The capture stays. */
  release(): void;
  /** Resolves never; rejects when renewing fails, which means that the lead is lost. */
  readonly failed: Promise<never>;
}

/**
 * Starts capture at the lead donor, or adopts one that is there: a prefetch's, which has rows in its cache, or one of an
 * earlier run for the same joiner, which may have left a joiner half built. Refuses a living one of somebody else's. Without
 * `budgetKeys` one that is adopted keeps its budget.
 */
export async function holdCapture(
  lead: Donor,
  own: { prefix: string; newId(): string; nowMs: number; leaseMs?: number; budgetKeys: number | undefined },
): Promise<HeldCapture> {
  const { result: present } = await lead.agent.call('capture.read', {});
  const usable = present.id !== undefined && present.broken === undefined;
  const adopted =
    usable && (present.id?.startsWith(own.prefix) || present.id?.startsWith(prefetchCapturePrefix)) === true;
  if (usable && !adopted && present.leaseUntilMs > own.nowMs) {
    throw new ForesyncError(
      'exists',
      'capture-running',
      `Another run captures changes at ${printable(lead.name)}.`,
      {
        hint: "Wait for it: foresync status tells of it, and foresync abort ends it. One that nobody knows of, 'foresync prefetch --release' ends.",
      },
    );
  }
  const id = adopted && present.id !== undefined ? present.id : `${own.prefix}${own.newId()}`;
  const leaseMs = own.leaseMs ?? runLeaseMs;
  // A prefetch's lease is longer than a run's; adopting it must not cut it short.
  const untilMs = Math.max(leaseMs, adopted ? present.leaseUntilMs - own.nowMs : 0);
  const budgetKeys = own.budgetKeys ?? (adopted ? present.budgetKeys : undefined) ?? usualBudgetKeys;
  if (adopted && present.keys >= budgetKeys) throw budgetTooSmall(lead.name, present.keys, budgetKeys);
  const { result: held } = await lead.agent.call('capture.start', { id, leaseMs: untilMs, budgetKeys });
  let fail: (error: unknown) => void = () => undefined;
  const failed = new Promise<never>((_, reject) => {
    fail = reject;
  });
  failed.catch(() => undefined);
  const probe = async () => {
    const { result } = await lead.agent.call('capture.renew', { leaseMs: untilMs });
    return result.writeMs;
  };
  const timer = setInterval(() => void probe().catch(fail), renewEveryMs);
  timer.unref();
  // Caches outlive a capture that is broken.
  const isPrefetchs =
    present.id?.startsWith(prefetchCapturePrefix) === true || id.startsWith(prefetchCapturePrefix);
  const { keys, watermark, prunedTo } = held;
  const release = () => clearInterval(timer);
  return { id, adopted, isPrefetchs, keys, budgetKeys, watermark, prunedTo, failed, probe, release };
}

/** The next write of the application would switch the log off. */
function budgetTooSmall(donor: string, keys: number, budgetKeys: number): ForesyncError {
  return new ForesyncError(
    'usage',
    'delta-budget-too-small',
    `The Delta Log at ${printable(donor)} holds ${keys} keys already, and the budget is of ${budgetKeys}.`,
    { hint: 'Give a larger --delta-budget, or end what is there with foresync abort.' },
  );
}
