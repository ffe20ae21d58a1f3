import { ForesyncError } from '../errors.ts';
import { printable } from '../text.ts';
import {
  type CaptureOwner,
  claimedBy,
  isFree,
  isOfPrefetch,
  isOfSameJoiner,
  isOwnedBy,
  newCaptureId,
  unclaimed,
} from './capture-owner.ts';
import type { Donor } from './run.ts';

/** Where none is asked for: past this many keys the Delta Log switches itself off. About a gigabyte at the donor. */
export const usualBudgetKeys = 20_000_000;

/** How long capture outlives the last sign of a running run. */
export const runLeaseMs = 15 * 60_000;

const renewEveryMs = 60_000;

/** Whose a capture is that is in the way, in words, and the commands that deal with that run. */
export interface CaptureHolder {
  /** `Run 3f9a1c2b (add-replica eu-west)`, safe to print. */
  run: string;
  /** `was stopped`; undefined while it lives. */
  ended: string | undefined;
  status: string;
  resume: string;
  abort: string;
}

/** A capture at the lead donor that a run relies on; renewed until it is let go. */
export interface HeldCapture {
  id: string;
  /** True where it was there before this run. */
  adopted: boolean;
  /** What Prefetch Caches know it by. */
  cacheId: string;
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
  /** Makes a prefetch's that this run has claimed free again, for whichever run comes next; else does nothing. */
  giveBack(): Promise<void>;
  /** Stops renewing. The capture stays. */
  release(): void;
  /** Resolves never; rejects when renewing fails, which means that the lead is lost. */
  readonly failed: Promise<never>;
}

/**
 * Starts capture at the lead donor, or adopts one that is there: one of the same owner's, which may have left a joiner half built, or a
 * prefetch's that is free, which has rows in its cache and is claimed by that. Refuses a living one of somebody else's, whom `holderOf` may know. Without `owner` it is held for
 * a prefetch. Without `budgetKeys` one that is adopted keeps its budget.
 */
export async function holdCapture(
  lead: Donor,
  own: {
    owner: CaptureOwner | undefined;
    newId(): string;
    nowMs: number;
    leaseMs?: number;
    budgetKeys: number | undefined;
    holderOf?: ((captureId: string) => CaptureHolder | undefined) | undefined;
  },
): Promise<HeldCapture> {
  const { owner, nowMs, leaseMs = runLeaseMs, holderOf } = own;
  const { result: present } = await lead.agent.call('capture.read', {});
  const usable = present.broken === undefined ? present.id : undefined;
  const adopted = usable !== undefined && isFor(usable, owner) ? usable : undefined;
  if (usable !== undefined && adopted === undefined && present.leaseUntilMs > nowMs)
    throw captureRunning(lead.name, holderOf?.(usable), owner !== undefined && isOfSameJoiner(usable, owner));
  const claims = owner !== undefined && adopted !== undefined && isFree(adopted);
  const id = claims ? claimedBy(adopted, owner) : (adopted ?? newCaptureId(owner, own.newId()));
  // A prefetch's lease is longer than a run's; adopting it must not cut it short.
  const untilMs = Math.max(leaseMs, adopted === undefined ? 0 : present.leaseUntilMs - nowMs);
  const budgetKeys =
    own.budgetKeys ?? (adopted === undefined ? undefined : present.budgetKeys) ?? usualBudgetKeys;
  if (adopted !== undefined && present.keys >= budgetKeys)
    throw budgetTooSmall(lead.name, present.keys, budgetKeys);
  const { result: held } = await lead.agent.call('capture.start', {
    ...{ id, instead: adopted, leaseMs: untilMs, budgetKeys },
  });
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
  return {
    ...held,
    id,
    cacheId: unclaimed(id),
    adopted: adopted !== undefined,
    // Caches outlive a capture that is broken.
    isPrefetchs: isOfPrefetch(present.id ?? '') || isOfPrefetch(id),
    budgetKeys,
    failed,
    probe,
    giveBack: async () => {
      if (claims) await freeCapture(lead, { id, leaseMs: untilMs, budgetKeys });
    },
    release: () => clearInterval(timer),
  };
}

/** Makes a prefetch's capture, which a run has claimed, free for whichever run comes next. */
export async function freeCapture(
  { agent }: Donor,
  claimed: { id: string; leaseMs: number; budgetKeys: number },
): Promise<void> {
  await agent.call('capture.start', { ...claimed, id: unclaimed(claimed.id), instead: claimed.id });
}

/** Whether an owner, or a prefetch where there is none, may adopt a capture. */
function isFor(id: string, owner: CaptureOwner | undefined): boolean {
  return isFree(id) || (owner !== undefined && isOwnedBy(id, owner));
}

function captureRunning(
  donor: string,
  holder: CaptureHolder | undefined,
  isOfSameName: boolean,
): ForesyncError {
  if (holder?.ended !== undefined) {
    const { run, ended, resume, abort } = holder;
    const message = `${run} ${ended}, and holds the Delta Log at ${printable(donor)}.`;
    return refusal(message, `'${resume}' goes on with it, '${abort}' gives it up.`);
  }
  const unknown = isOfSameName ? 'A run for a replica of that name with another --store' : 'Another run';
  const message = `${holder?.run ?? unknown} captures changes at ${printable(donor)}.`;
  if (holder)
    return refusal(message, `Wait for it: '${holder.status}' shows it, and '${holder.abort}' ends it.`);
  return refusal(
    message,
    "Wait for it: 'foresync status' tells of it, and 'foresync abort' ends it. One that nobody knows of, 'foresync prefetch --release' ends.",
  );
}

function refusal(message: string, hint: string): ForesyncError {
  return new ForesyncError('exists', 'capture-running', message, { hint });
}

/** The next write of the application would switch the log off. */
function budgetTooSmall(donor: string, keys: number, budgetKeys: number): ForesyncError {
  return new ForesyncError(
    'usage',
    'delta-budget-too-small',
    `The Delta Log at ${printable(donor)} holds ${keys} keys already, and the budget is of ${budgetKeys}.`,
    { hint: "Give a larger --delta-budget, or end what is there with 'foresync abort'." },
  );
}
