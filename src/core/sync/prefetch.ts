import { compress } from '../agent/compression.ts';
import { messageOf } from '../errors.ts';
import { type Batch, type Batches, batchPart, restOf } from './batches.ts';
import { holdCapture } from './capture-lease.ts';
import { Agents } from './connect.ts';
import { dealPlan } from './deal-plan.ts';
import type { Emit, PhaseName } from './events.ts';
import { HeldLog } from './held-log.ts';
import { Phases } from './phases.ts';
import { refuseUnfitKeys } from './plan-fits.ts';
import { withDoctor } from './refusals.ts';
import { chunkBytes, type Donor, emitter, type PlanSource, type RunOptions, startOf } from './run.ts';

export interface PrefetchOptions extends RunOptions {
  plan: PlanSource;
  cache: 'memory' | 'file';
  /** Of each donor's cache. */
  limitBytes: number;
  /** How long the Delta Log runs on, and the cache is worth something, without an add-replica. */
  keepMs: number;
  /** How many keys the Delta Log may hold; undefined for its usual budget, or that of a capture which is there. */
  deltaBudgetKeys: number | undefined;
}

export interface PrefetchResult {
  captureId: string;
  donors: {
    donor: string;
    rows: number;
    missing: number;
    storedBytes: number;
    cache: string | undefined;
    full: boolean;
  }[];
}

const phaseOrder: PhaseName[] = ['connect', 'capture', 'cache'];

/**
 * Starts capture at the lead donor, then has the agents of all donors read the planned keys into their Prefetch Caches.
 * The Delta Log and the caches stay, so that a later add-replica starts warm. May be called again: a capture that is
 * there is kept, caches are filled anew. On failure nothing is left that this call started.
 */
export async function prefetch(options: PrefetchOptions): Promise<PrefetchResult> {
  const emit = emitter(options);
  const agents = new Agents(options, emit);
  const { plan, signal } = options;
  const phases = new Phases(emit, signal);
  let undo: (() => Promise<unknown>) | undefined;
  try {
    emit(startOf(options, { command: 'prefetch', phases: phaseOrder }));
    const batches = await dealPlan(plan, options, emit);
    const { lead, others } = await phases.in('connect', () =>
      agents.connectDonors(new Set(batches.byDonor.keys())),
    );
    refuseUnfitKeys(batches, options.group.table, lead.table.shape.key.length);
    const capture = await phases.in('capture', () =>
      holdCapture(lead, {
        owner: undefined,
        newId: options.newId,
        nowMs: options.clock.nowMs(),
        leaseMs: options.keepMs,
        budgetKeys: options.deltaBudgetKeys,
        holderOf: options.holderOf,
      }),
    );
    const donors = [lead, ...others.values()];
    undo = () =>
      Promise.allSettled([
        ...donors.map(({ agent }) => agent.call('cache.drop', {})),
        capture.adopted ? undefined : lead.agent.call('capture.stop', {}),
      ]);
    const log = new HeldLog(capture, { emit, clock: options.clock });
    const results = await phases.in('cache', async () => {
      const filled = donors.map((donor) => fillCache(donor, batches, capture.id, options, emit));
      const results = await Promise.all(filled);
      await log.judge(lead, options.keepMs);
      return results;
    });
    capture.release();
    undo = undefined;
    emit({ type: 'end', outcome: 'done' });
    return { captureId: capture.id, donors: results };
  } catch (error) {
    await undo?.();
    if (phases.current && !signal.aborted) emit({ type: 'phase', phase: phases.current, state: 'failed' });
    emit({ type: 'end', outcome: signal.aborted ? 'stopped' : 'failed', error: messageOf(error) });
    throw withDoctor(error);
  } finally {
    await agents.close();
  }
}

async function fillCache(
  donor: Donor,
  batches: Batches,
  captureId: string,
  options: PrefetchOptions,
  emit: Emit,
): Promise<PrefetchResult['donors'][number]> {
  const { agent } = donor;
  const { result: opened } = await agent.call('cache.open', {
    captureId,
    kind: options.cache,
    limitBytes: options.limitBytes,
    create: true,
  });
  const total = { donor: donor.name, rows: 0, missing: 0, storedBytes: 0, cache: opened.path, full: false };
  const queue = [...(batches.byDonor.get(donor.name) ?? [])];
  if (queue.length > 0) emit({ type: 'donor', donor: donor.name, state: 'reading' });
  for (let batch: Batch | undefined = queue.shift(); batch; batch = queue.shift()) {
    options.signal.throwIfAborted();
    const { result } = await agent.call(
      'cache.fill',
      { maxBytes: chunkBytes, digests: donor.name !== options.group.lead.name },
      [await compress(batchPart(batch))],
    );
    if (result.full) {
      total.full = true;
      emit({
        type: 'note',
        level: 'warning',
        text: `The Prefetch Cache of ${donor.name} is full; the rest of its plan is read when a replica is added.`,
      });
      break;
    }
    const rest = restOf(batch, result.keysRead);
    if (rest) queue.unshift(rest);
    total.rows += result.rows;
    total.missing += result.missing;
    total.storedBytes += result.storedBytes;
    emit({
      type: 'rows',
      kind: 'cache',
      donor: donor.name,
      rows: result.rows,
      rawBytes: result.rawBytes,
      wireBytes: result.storedBytes,
      planKeys: result.keysRead - result.missing,
      missingKeys: result.missing,
      expectedReads: batch.expectedReads - (rest?.expectedReads ?? 0),
    });
  }
  emit({ type: 'donor', donor: donor.name, state: 'done' });
  return total;
}
