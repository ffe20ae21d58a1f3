import type { AgentClient } from '../agent/client.ts';
import type { Result } from '../agent/protocol.ts';
import { type ErrorKind, ForesyncError, messageOf } from '../errors.ts';
import type { AddReplicaOptions, AddReplicaResult } from './add-replica.ts';
import type { Batches } from './batches.ts';
import { type HeldCapture, holdCapture, runCapturePrefix } from './capture-lease.ts';
import type { Agents } from './connect.ts';
import { DeltaBudget } from './delta-budget.ts';
import { applyDelta } from './delta-rounds.ts';
import { dropCaches } from './drop-caches.ts';
import type { Emit, PhaseName } from './events.ts';
import { sendHotRows } from './hot-rows.ts';
import type { Pace } from './pace.ts';
import { donorsPlace, noSpace, replicasNear, tableThere } from './refusals.ts';
import type { Donor } from './run.ts';
import { sendSnapshot } from './snapshot-rows.ts';
import { spareDonor } from './spare-donor.ts';
import { verifyAll } from './verification.ts';

/** Errors after which the same command goes on from the joiner's checkpoint; after others nothing is left behind. */
export const resumable: ReadonlySet<ErrorKind> = new Set([
  'unreachable',
  'io',
  'stopped',
  'protocol',
  'interrupted',
  'verification',
  'defect',
]);

/** One try at adding a replica, with agents of its own, from the first connection to the clean-up. */
export class Joining {
  readonly #options: AddReplicaOptions;
  readonly #agents: Agents;
  readonly #emit: Emit;
  #phase: PhaseName | undefined;
  #lead: Donor | undefined;
  #joiner: AgentClient | undefined;
  #capture: HeldCapture | undefined;

  constructor(options: AddReplicaOptions, agents: Agents, emit: Emit) {
    this.#options = options;
    this.#agents = agents;
    this.#emit = emit;
  }

  /** Whether something was started that can be gone on with. */
  get begun(): boolean {
    return this.#capture !== undefined;
  }

  /** The phase that it is in. */
  get phase(): PhaseName | undefined {
    return this.#phase;
  }

  /** `batches` is the plan, dealt to the donors. */
  async whole(batches: Batches | undefined): Promise<AddReplicaResult> {
    const { group, joiner: target, signal } = this.#options;
    const { lead, others, joiner } = await this.#in('connect', () => this.#connect(batches));
    const capture = await this.#in('capture', async () => {
      const prefix = runCapturePrefix(group.name, target.name);
      const held = await holdCapture(lead, {
        prefix,
        newId: this.#options.newId,
        nowMs: this.#options.clock.nowMs(),
        budgetKeys: this.#options.deltaBudgetKeys,
      });
      this.#capture = held;
      return held;
    });
    // Losing the lead, noticed while renewing the lease, must not wait for a step that waits for something else.
    const copied = this.#copy({ lead, others, joiner, batches, capture, signal });
    return Promise.race([capture.failed, this.#sparing(capture, copied)]);
  }

  /** After a failure: what can be gone on with stays, everything else is taken away. */
  async leave(error: unknown): Promise<void> {
    this.#capture?.release();
    const keep = error instanceof ForesyncError ? resumable.has(error.kind) : true;
    if (keep || !this.#capture || this.#capture.adopted) return;
    const undo = [
      this.#lead?.agent.call('capture.stop', {}),
      this.#joiner?.call('joiner.discard', { path: this.#options.joiner.store.path }),
    ];
    await Promise.allSettled(undo);
  }

  async #connect(
    batches: Batches | undefined,
  ): Promise<{ lead: Donor; others: Map<string, Donor>; joiner: AgentClient }> {
    const { joiner: target, group, replace, restart } = this.#options;
    const joining = this.#agents.connect(target.name, target.host).then(async (agent) => {
      const near = replicasNear(target, group);
      const stores = near.map(({ store }) => store.path);
      const { result } = await agent.call('joiner.look', {
        path: target.store.path,
        table: group.table,
        stores,
      });
      const same = result.sameAs === undefined ? undefined : near[result.sameAs];
      if (same) throw donorsPlace(target, same.name);
      return { agent, ...result };
    });
    const donating = this.#agents.connectDonors(new Set(batches?.byDonor.keys()));
    const [place, { lead, others }] = await Promise.all([joining, donating]).catch(async (error) => {
      const [joiner] = await Promise.allSettled([joining, donating]);
      if (error instanceof ForesyncError && error.code === 'table-dropped')
        await this.#dropRemains(joiner.status === 'fulfilled' ? joiner.value.agent : undefined);
      throw error;
    });
    this.#joiner = place.agent;
    this.#lead = lead;
    for (const { name, table } of [lead, ...others.values()]) {
      if (table.fileId === place.fileId) throw donorsPlace(target, name);
    }
    if (place.hasTable && !replace) {
      if (!place.stagingExists) await this.#endLeftCapture(lead);
      throw tableThere(target, group.table);
    }
    const { rowsEstimate, sizeBytes, alone } = lead.table;
    this.#emit({ type: 'table', rowsEstimate, sizeBytes });
    if (alone && !place.stagingExists && place.freeBytes < sizeBytes)
      throw noSpace(target, sizeBytes, place.freeBytes);
    if (restart) await place.agent.call('joiner.discard', { path: target.store.path });
    return { lead, others, joiner: place.agent };
  }

  async #copy(sides: {
    lead: Donor;
    others: Map<string, Donor>;
    joiner: AgentClient;
    batches: Batches | undefined;
    capture: HeldCapture;
    signal: AbortSignal;
  }): Promise<AddReplicaResult> {
    const { lead, others, joiner, batches, capture, signal } = sides;
    const { pace, clock } = this.#options;
    const budget = new DeltaBudget(lead, capture.budgetKeys, { emit: this.#emit, clock });
    const both = { lead, joiner, emit: this.#emit, pace, budget, signal };
    budget.saw(capture.keys);
    const place = await this.#openJoiner(joiner, lead, capture);
    if (place.resumed) this.#emit({ type: 'resumed', rows: place.rows });
    await lead.agent.call('donor.seek', { watermark: place.watermark, snapshotAfter: place.snapshotAfter });
    await budget.applied(place.watermark, signal);
    const cache = { captureId: capture.id, kind: 'file', limitBytes: 0, create: false } as const;
    await lead.agent.call('cache.open', cache);
    for (const { name, agent } of others.values())
      await agent.call('cache.open', cache).catch((error: unknown) => {
        others.delete(name);
        this.#emit({ type: 'donor', donor: name, state: 'lost' });
        this.#warn(`${name} gives no rows: ${messageOf(error)} The lead gives them.`);
      });

    if (batches && place.stage === 'hot')
      await this.#in('hot', () => this.#hot({ ...both, others, batches }));
    else this.#skip('hot');
    if (place.stage === 'hot' || place.stage === 'snapshot')
      await this.#in('snapshot', () => sendSnapshot(both));
    else this.#skip('snapshot');
    await this.#in('delta', async () => {
      await joiner.call('joiner.indexes', {});
      await applyDelta(both);
    });
    this.#emit({ type: 'donor', donor: lead.name, state: 'done' });
    const { watermark } = await this.#in('verify', () => verifyAll(both));
    const { replace } = this.#options;
    const { result: published } = await this.#in('publish', () =>
      joiner.call('joiner.publish', { replace, walMode: lead.table.walMode }),
    );
    this.#emit({ type: 'in-sync', watermark, rows: published.rows });
    await this.#in('cleanup', () => this.#cleanUp(lead, others));
    return { watermark, rows: published.rows };
  }

  /** Goes on with what is there, or begins anew where the Delta Log no longer has all that it lacks. */
  async #openJoiner(joiner: AgentClient, lead: Donor, capture: HeldCapture): Promise<Result<'joiner.open'>> {
    const { path } = this.#options.joiner.store;
    const { runId } = this.#options;
    const open = async () => {
      const place = { path, shape: lead.table.shape, runId, captureId: capture.id };
      return (await joiner.call('joiner.open', place)).result;
    };
    const found = await open();
    if (!found.resumed || found.watermark >= capture.prunedTo) return found;
    await joiner.call('joiner.discard', { path });
    return open();
  }

  /** The work, with an eye on what it costs the lead. */
  async #sparing<T>(capture: HeldCapture, work: Promise<T>): Promise<T> {
    const { maxDonorLatencyMs, pace, clock, wait } = this.#options;
    if (maxDonorLatencyMs === undefined) return work;
    const over = new AbortController();
    const sparing = spareDonor({
      probe: () => capture.probe(),
      maxWriteMs: maxDonorLatencyMs,
      pace,
      emit: this.#emit,
      clock,
      wait,
      signal: over.signal,
    });
    // A donor that does not answer fails the work as well, which says why.
    sparing.catch(() => undefined);
    return work.finally(() => over.abort());
  }

  async #hot(sides: {
    lead: Donor;
    others: Map<string, Donor>;
    joiner: AgentClient;
    batches: Batches;
    emit: Emit;
    pace: Pace;
    signal: AbortSignal;
  }): Promise<void> {
    const deadline = AbortSignal.timeout(this.#options.prefetchTimeoutMs);
    const { complete } = await sendHotRows({ ...sides, deadline });
    if (complete) this.#emit({ type: 'hot-ready' });
    else this.#warn('The prefetch timed out; the snapshot brings the rest of the plan.');
  }

  async #cleanUp(lead: Donor, others: ReadonlyMap<string, Donor>): Promise<void> {
    this.#capture?.release();
    await lead.agent.call('capture.stop', {});
    // A prefetch may have filled caches at donors that this run did not ask for rows, or has lost since.
    const holders = this.#capture?.isPrefetchs
      ? this.#options.group.replicas.keys()
      : [lead.name, ...others.keys()];
    await dropCaches(holders, {
      agents: this.#agents,
      connected: new Map([...others, [lead.name, lead]]),
      warn: (text) => this.#warn(text),
    });
  }

  /** What there is of a table that the lead has no longer is of no use: another table of that name would be copied anew. */
  async #dropRemains(joiner: AgentClient | undefined): Promise<void> {
    const { group, joiner: target } = this.#options;
    await joiner?.call('joiner.discard', { path: target.store.path });
    const holders = [...group.replicas.keys()].filter((name) => name !== group.lead.name);
    await dropCaches(holders, {
      agents: this.#agents,
      connected: new Map(),
      warn: (text) => this.#warn(text),
    });
  }

  /** A run for this joiner that died after the table had appeared, and before it had cleaned up, left its capture. */
  async #endLeftCapture(lead: Donor): Promise<void> {
    const { result: left } = await lead.agent.call('capture.read', {});
    const { group, joiner } = this.#options;
    if (left.id?.startsWith(runCapturePrefix(group.name, joiner.name)))
      await lead.agent.call('capture.stop', {});
  }

  #warn(text: string): void {
    this.#emit({ type: 'note', level: 'warning', text });
  }

  async #in<T>(phase: PhaseName, work: () => Promise<T>): Promise<T> {
    this.#options.signal.throwIfAborted();
    this.#phase = phase;
    this.#emit({ type: 'phase', phase, state: 'running' });
    const result = await work();
    this.#emit({ type: 'phase', phase, state: 'done' });
    this.#phase = undefined;
    return result;
  }

  #skip(phase: PhaseName): void {
    this.#emit({ type: 'phase', phase, state: 'skipped' });
  }
}
