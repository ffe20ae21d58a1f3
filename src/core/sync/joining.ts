import type { AgentClient } from '../agent/client.ts';
import { lookAtHost } from '../agent/host-look.ts';
import { systemWait } from '../clock.ts';
import { type ErrorKind, ForesyncError } from '../errors.ts';
import type { AddReplicaOptions, AddReplicaResult } from './add-replica.ts';
import type { Batches } from './batches.ts';
import { type HeldCapture, holdCapture } from './capture-lease.ts';
import { isOwnedBy, ownerOf } from './capture-owner.ts';
import type { Agents } from './connect.ts';
import { Copying } from './copying.ts';
import { dropCaches } from './drop-caches.ts';
import type { Emit, PhaseName } from './events.ts';
import {
  clearPlace,
  connectJoiner,
  type Place,
  refusePlace,
  type Standing,
  standingIn,
} from './joiner-place.ts';
import { Phases } from './phases.ts';
import { refuseUnfitKeys } from './plan-fits.ts';
import { tableThere } from './refusals.ts';
import type { Donor } from './run.ts';
import { spareDonor } from './spare-donor.ts';
import { watchDonors } from './watch-donors.ts';
import { watchReads } from './watch-reads.ts';

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

/** They are a round trip each, before the first row may go. */
const clockLooks = 2;

interface Sides {
  lead: Donor;
  others: Map<string, Donor>;
  joiner: AgentClient;
  standing: Standing;
}

/** One try at adding a replica, with agents of its own, from the first connection to the clean-up. */
export class Joining {
  readonly #options: AddReplicaOptions;
  readonly #agents: Agents;
  readonly #emit: Emit;
  readonly #phases: Phases;
  #lead: Donor | undefined;
  #joiner: AgentClient | undefined;
  #capture: HeldCapture | undefined;
  #copying: Copying | undefined;

  constructor(options: AddReplicaOptions, agents: Agents, emit: Emit) {
    this.#options = options;
    this.#agents = agents;
    this.#emit = emit;
    this.#phases = new Phases(emit, options.signal);
  }

  /** Whether something was started that can be gone on with. */
  get begun(): boolean {
    return this.#capture !== undefined;
  }

  /** The joiner's agent, once it is connected. */
  get joiner(): AgentClient | undefined {
    return this.#joiner;
  }

  /** The phase that it is in. */
  get phase(): PhaseName | undefined {
    return this.#phases.current;
  }

  /** `batches` is the plan, dealt to the donors. */
  async whole(batches: Batches | undefined): Promise<AddReplicaResult> {
    const { follow } = this.#options;
    const sides = await this.#phases.in('connect', () => this.#connect(batches));
    const capture = await this.#phases.in('capture', () => this.#hold(sides.lead));
    const copying = new Copying(this.#options, { ...sides, capture }, this.#phases, this.#emit);
    this.#copying = copying;
    const copied = copying.whole(batches).then(async (result) => {
      const cleaning = () => this.#cleanUp(sides);
      // What was followed ends with the signal, and is cleaned up all the same.
      await (follow ? this.#phases.inspite('cleanup', cleaning) : this.#phases.in('cleanup', cleaning));
      return result;
    });
    // Losing the lead, noticed while renewing the lease, must not wait for a step that waits for something else.
    return Promise.race([capture.failed, this.#watching(sides, capture, { copying, work: copied })]);
  }

  /** After a failure: what can be gone on with stays, everything else is taken away. */
  async leave(error: unknown): Promise<void> {
    this.#capture?.release();
    if (!(error instanceof ForesyncError) || resumable.has(error.kind) || !this.#capture) return;
    const isFollowing = this.#copying?.isFollowing === true;
    // Another run has taken the joiner over, and the Delta Log with it.
    if (error.code === 'joiner-busy') return;
    if (this.#capture.adopted && !isFollowing) {
      await Promise.allSettled([this.#capture.giveBack()]);
      return;
    }
    const undo = [
      this.#lead?.agent.call('capture.stop', {}),
      this.#joiner?.call('joiner.discard', { path: this.#options.joiner.store.path }),
      isFollowing && this.#release(),
    ];
    await Promise.allSettled(undo);
  }

  async #connect(batches: Batches | undefined): Promise<Sides> {
    const { joiner: target, group } = this.#options;
    const joining = connectJoiner(this.#agents, this.#options);
    const donating = this.#agents.connectDonors(new Set(batches?.byDonor.keys()));
    const clock = joining.then(({ agent }) => this.#lookAtClock(agent));
    const [place, { lead, others }] = await Promise.all([joining, donating, clock]).catch(async (error) => {
      const [joiner] = await Promise.allSettled([joining, donating]);
      if (error instanceof ForesyncError && error.code === 'table-dropped')
        await this.#dropRemains(joiner.status === 'fulfilled' ? joiner.value : undefined);
      throw error;
    });
    this.#joiner = place.agent;
    this.#lead = lead;
    const standing = standingIn(place, this.#options);
    if (!standing) {
      if (!place.stagingExists) await this.#endLeftCapture(lead);
      throw tableThere(target, group.table);
    }
    const { rowsEstimate, sizeBytes } = lead.table;
    this.#emit({ type: 'table', rowsEstimate, sizeBytes });
    if (batches) refuseUnfitKeys(batches, group.table, lead.table.shape.key.length);
    refusePlace(place, standing, [lead, ...others.values()], this.#options);
    await clearPlace(place, standing, this.#options);
    return { lead, others, joiner: place.agent, standing };
  }

  /** Its log has the times of its host. */
  async #lookAtClock(joiner: AgentClient): Promise<void> {
    const { skew } = await lookAtHost(joiner, this.#options.clock, clockLooks);
    this.#emit({ type: 'clock', aheadMs: skew.aheadMs, withinMs: skew.roundTripMs / 2 });
  }

  async #hold(lead: Donor): Promise<HeldCapture> {
    const { group, joiner, newId, clock, deltaBudgetKeys: budgetKeys, holderOf } = this.#options;
    const owner = ownerOf(group.name, joiner);
    this.#capture = await holdCapture(lead, { owner, newId, nowMs: clock.nowMs(), budgetKeys, holderOf });
    return this.#capture;
  }

  /** The work, with an eye on what it costs the donors, and on what readers ask for. */
  async #watching<T>(
    { lead, others }: Sides,
    capture: HeldCapture,
    { copying, work }: { copying: Copying; work: Promise<T> },
  ): Promise<T> {
    const { maxDonorLatencyMs: maxWriteMs, pace, clock, wait } = this.#options;
    const over = new AbortController();
    const shared = { pace, emit: this.#emit, signal: over.signal };
    const watching = watchDonors({
      ...shared,
      wait: systemWait,
      donors: [lead, ...others.values()],
      readLog: async () => {
        const { result } = await lead.agent.call('capture.read', {});
        return { keys: result.keys, budgetKeys: capture.budgetKeys };
      },
    });
    const tell = (writeMs: number) =>
      this.#emit({ type: 'latency', donor: lead.name, answerMs: lead.agent.answerMs ?? writeMs, writeMs });
    const sparing =
      maxWriteMs !== undefined &&
      spareDonor({ ...shared, wait, probe: () => capture.probe(), maxWriteMs, clock, tell });
    // A donor that does not answer fails the work as well, which says why.
    const reading = watchReads({
      tell: () => copying.tellReads(),
      wait: systemWait,
      signal: over.signal,
    });
    Promise.all([watching, sparing, reading]).catch(() => undefined);
    return work.finally(() => over.abort());
  }

  async #cleanUp({ lead, others }: Sides): Promise<void> {
    this.#capture?.release();
    await this.#tellCosts([lead, ...others.values()]);
    await lead.agent.call('capture.stop', {});
    await this.#release();
    // A prefetch may have filled caches at donors that this run did not ask for rows, or has lost since.
    const holders = this.#capture?.isPrefetchs
      ? this.#options.group.replicas.keys()
      : [lead.name, ...others.keys()];
    await this.#drop(holders, new Map([...others, [lead.name, lead]]));
  }

  async #tellCosts(donors: readonly Donor[]): Promise<void> {
    for (const { name, agent } of donors) {
      // One that is lost is no reason for a run not to end well; of the lead, what comes next tells it.
      const answer = await agent.call('agent.ping', {}).catch((error: unknown) => {
        if (error instanceof ForesyncError) return undefined;
        throw error;
      });
      if (answer) this.#emit({ type: 'cost', donor: name, ...answer.result });
    }
  }

  async #release(): Promise<void> {
    const { group, joiner } = this.#options;
    const { path } = joiner.store;
    await this.#joiner?.call('joiner.release', { path, table: group.table });
    // An earlier run may have died when the table was in its place, and the staging file not gone yet.
    await this.#joiner?.call('joiner.discard', { path });
  }

  /** What there is of a table that the lead has no longer is of no use: another table of that name would be copied anew. */
  async #dropRemains(place: Place | undefined): Promise<void> {
    const { group, joiner: target } = this.#options;
    const { path } = target.store;
    await place?.agent.call('joiner.discard', { path });
    // A replica that was whole stays, like one that was added before the lead's table went.
    const left = place?.published;
    if (left?.isWhole && isOwnedBy(left.captureId, ownerOf(group.name, target)))
      await place?.agent.call('joiner.release', { path, table: group.table });
    await this.#drop(
      [...group.replicas.keys()].filter((name) => name !== group.lead.name),
      new Map(),
    );
  }

  async #drop(holders: Iterable<string>, connected: ReadonlyMap<string, Donor>): Promise<void> {
    const warn = (text: string) => this.#emit({ type: 'note', level: 'warning', text });
    await dropCaches(holders, { agents: this.#agents, connected, warn });
  }

  /** A run for this joiner that died after the table had appeared, and before it had cleaned up, left its capture. */
  async #endLeftCapture(lead: Donor): Promise<void> {
    const { result: left } = await lead.agent.call('capture.read', {});
    const { group, joiner } = this.#options;
    if (left.id !== undefined && isOwnedBy(left.id, ownerOf(group.name, joiner)))
      await lead.agent.call('capture.stop', {});
  }
}
