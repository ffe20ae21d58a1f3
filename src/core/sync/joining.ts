import type { AgentClient } from '../agent/client.ts';
import type { Result } from '../agent/protocol.ts';
import { type ErrorKind, ForesyncError, messageOf } from '../errors.ts';
import type { AddReplicaOptions, AddReplicaResult } from './add-replica.ts';
import type { Batches } from './batches.ts';
import { type HeldCapture, holdCapture, prefetchCapturePrefix, runCapturePrefix } from './capture-lease.ts';
import type { Agents } from './connect.ts';
import { applyDelta, type DeltaSides } from './delta-rounds.ts';
import { dropCaches } from './drop-caches.ts';
import type { Emit, PhaseName } from './events.ts';
import { follow } from './follow.ts';
import { sendHotRows } from './hot-rows.ts';
import type { Pace } from './pace.ts';
import { donorsPlace, followedDiffers, noSpace, replicasNear, tableThere } from './refusals.ts';
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

type Published = NonNullable<Result<'joiner.look'>['published']>;

/** One try at adding a replica, with agents of its own, from the first connection to the clean-up. */
export class Joining {
  readonly #options: AddReplicaOptions;
  readonly #agents: Agents;
  readonly #emit: Emit;
  #phase: PhaseName | undefined;
  #lead: Donor | undefined;
  #joiner: AgentClient | undefined;
  #capture: HeldCapture | undefined;
  #isFollowing = false;
  /** Whether a table at the joiner's place may give way: the operator said so, or an earlier run of this joiner made it. */
  #mayReplace: boolean;

  constructor(options: AddReplicaOptions, agents: Agents, emit: Emit) {
    this.#options = options;
    this.#agents = agents;
    this.#emit = emit;
    this.#mayReplace = options.replace;
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
    const { lead, others, joiner, published } = await this.#in('connect', () => this.#connect(batches));
    if (published?.stage === 'synced' && !this.#options.follow) return this.#finish(lead, others, published);
    const capture = await this.#in('capture', async () => {
      const prefix = runCapturePrefix(group.name, target.name);
      const held = await holdCapture(lead, {
        prefix,
        newId: this.#options.newId,
        nowMs: this.#options.clock.nowMs(),
      });
      this.#capture = held;
      return held;
    });
    // Losing the lead, noticed while renewing the lease, must not wait for a step that waits for something else.
    const copied = this.#copy({ lead, others, joiner, batches, capture, published, signal });
    return Promise.race([capture.failed, this.#sparing(capture, copied)]);
  }

  /** After a failure: what can be gone on with stays, everything else is taken away. */
  async leave(error: unknown): Promise<void> {
    this.#capture?.release();
    if (!(error instanceof ForesyncError) || resumable.has(error.kind) || !this.#capture) return;
    // Another run has taken the joiner over, and the Delta Log with it.
    if (error.code === 'joiner-busy' || (this.#capture.adopted && !this.#isFollowing)) return;
    const { group, joiner } = this.#options;
    const { path } = joiner.store;
    const undo = [
      this.#lead?.agent.call('capture.stop', {}),
      this.#joiner?.call('joiner.discard', { path }),
      this.#isFollowing && this.#joiner?.call('joiner.release', { path, table: group.table }),
    ];
    await Promise.allSettled(undo);
  }

  async #connect(batches: Batches | undefined): Promise<{
    lead: Donor;
    others: Map<string, Donor>;
    joiner: AgentClient;
    /** A table in its place that an earlier run of this joiner left, to be gone on with. */
    published: Published | undefined;
  }> {
    const { joiner: target, group, replace, restart, follow } = this.#options;
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
    const left = place.published && this.#isOwn(place.published.captureId) ? place.published : undefined;
    if (place.hasTable && !replace && !left) {
      if (!place.stagingExists) await this.#endLeftCapture(lead);
      throw tableThere(target, group.table);
    }
    const isAnew = restart || (replace && !follow);
    this.#mayReplace = replace || (left !== undefined && (isAnew || left.stage !== 'synced'));
    const published = isAnew ? undefined : left;
    const { rowsEstimate, sizeBytes, alone } = lead.table;
    this.#emit({ type: 'table', rowsEstimate, sizeBytes });
    if (alone && !place.stagingExists && !published && place.freeBytes < sizeBytes)
      throw noSpace(target, sizeBytes, place.freeBytes);
    const { path } = target.store;
    if (left && isAnew) await place.agent.call('joiner.release', { path, table: group.table });
    if (restart) await place.agent.call('joiner.discard', { path });
    return { lead, others, joiner: place.agent, published };
  }

  async #copy(sides: {
    lead: Donor;
    others: Map<string, Donor>;
    joiner: AgentClient;
    batches: Batches | undefined;
    capture: HeldCapture;
    published: Published | undefined;
    signal: AbortSignal;
  }): Promise<AddReplicaResult> {
    const { lead, others, joiner, batches, capture, published: left, signal } = sides;
    const { pace, joiner: target } = this.#options;
    const { store } = target;
    const both = { lead, joiner, emit: this.#emit, pace, signal };
    const { shape } = lead.table;
    const { result: place } = await joiner.call('joiner.open', {
      path: store.path,
      shape,
      runId: this.#options.runId,
      captureId: capture.id,
    });
    if (left?.stage === 'synced' && !place.published && !this.#mayReplace)
      throw followedDiffers(target, lead.table.shape.name);
    if (place.resumed) this.#emit({ type: 'resumed', rows: place.rows });
    await lead.agent.call('donor.seek', { watermark: place.watermark, snapshotAfter: place.snapshotAfter });
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
    if (place.stage !== 'synced' || !place.published) await this.#in('verify', () => verifyAll(both));
    else this.#skip('verify');
    const { follow: follows } = this.#options;
    const { result: there } = await this.#in('publish', () =>
      joiner.call('joiner.publish', {
        replace: this.#mayReplace,
        walMode: lead.table.walMode,
        follow: follows,
      }),
    );
    this.#emit({ type: 'in-sync', ...there });
    const { watermark } = follows ? await this.#follow(both) : there;
    // What was followed ends with the signal, and is cleaned up all the same.
    const cleaning = () => this.#cleanUp(lead, others);
    await (follows ? this.#through('cleanup', cleaning) : this.#in('cleanup', cleaning));
    return { watermark, rows: there.rows };
  }

  /** Its good end is the signal, also where that has come already. */
  async #follow(both: DeltaSides): Promise<{ watermark: number }> {
    const { clock, wait, joiner } = this.#options;
    this.#isFollowing = true;
    const followed = await this.#through('follow', () =>
      follow({ ...both, joinerName: joiner.name, clock, wait }),
    );
    if (!followed.isLevel)
      this.#warn(
        `Writers at ${both.lead.name} were too fast for a last round: ${joiner.name} lacks a part of it.`,
      );
    return followed;
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
    await this.#release();
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

  /** An earlier run had put it in its place, in sync, and went on with it; nobody wants that any longer. */
  async #finish(
    lead: Donor,
    others: ReadonlyMap<string, Donor>,
    { watermark, rows, captureId }: Published,
  ): Promise<AddReplicaResult> {
    for (const phase of ['capture', 'hot', 'snapshot', 'delta', 'verify', 'publish'] as const)
      this.#skip(phase);
    this.#emit({ type: 'resumed', rows });
    this.#emit({ type: 'in-sync', watermark, rows });
    await this.#in('cleanup', async () => {
      const { result: present } = await lead.agent.call('capture.read', {});
      if (present.id === captureId) await this.#cleanUp(lead, others);
      else await this.#release();
    });
    return { watermark, rows };
  }

  async #release(): Promise<void> {
    const { group, joiner } = this.#options;
    await this.#joiner?.call('joiner.release', { path: joiner.store.path, table: group.table });
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

  /** Whether a Delta Log is one that runs for this joiner have used. */
  #isOwn(captureId: string): boolean {
    const { group, joiner } = this.#options;
    const prefixes = [runCapturePrefix(group.name, joiner.name), prefetchCapturePrefix];
    return prefixes.some((prefix) => captureId.startsWith(prefix));
  }

  async #in<T>(phase: PhaseName, work: () => Promise<T>): Promise<T> {
    this.#options.signal.throwIfAborted();
    return this.#through(phase, work);
  }

  async #through<T>(phase: PhaseName, work: () => Promise<T>): Promise<T> {
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
