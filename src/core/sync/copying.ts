import { hash } from 'node:crypto';
import type { AgentClient } from '../agent/client.ts';
import type { Result } from '../agent/protocol.ts';
import { steadyClock, systemWait } from '../clock.ts';
import { ForesyncError, messageOf } from '../errors.ts';
import { hostLabel } from '../group/host.ts';
import { opennessWarning, parseServeAddress } from '../serve/address.ts';
import type { AddReplicaOptions, AddReplicaResult } from './add-replica.ts';
import { BatchQueues } from './batch-queues.ts';
import type { Batches } from './batches.ts';
import type { HeldCapture } from './capture-lease.ts';
import { DeltaBudget } from './delta-budget.ts';
import { applyDelta, type DeltaSides } from './delta-rounds.ts';
import type { Emit } from './events.ts';
import { type Followed, follow } from './follow.ts';
import { sendHotRows } from './hot-rows.ts';
import type { Standing } from './joiner-place.ts';
import { LeadReads } from './lead-reads.ts';
import type { Phases } from './phases.ts';
import { ReadBack } from './read-back.ts';
import { followedDiffers } from './refusals.ts';
import { RoundsBetween } from './rounds-between.ts';
import type { Donor } from './run.ts';
import { sendSnapshot } from './snapshot-rows.ts';
import { unpausedTimeout } from './unpaused-timeout.ts';
import { verifyAll } from './verification.ts';

/** Between whom rows are copied, under a Delta Log that runs. */
export interface CopySides {
  lead: Donor;
  others: Map<string, Donor>;
  joiner: AgentClient;
  capture: HeldCapture;
  standing: Standing;
}

/**
 * A log in one file, of a host that has not been restarted since: after a crash, or out of a backup, a file may have lost changes that a joiner
 * has, and the numbers of others are given again.
 */
function logIdentity(captureId: string, fileId: string): string {
  return `${captureId}@${hash('sha256', fileId, 'hex').slice(0, 16)}`;
}

/** Copies a table, from the first row to its proof and its place, and goes on with it where that is asked for. */
export class Copying {
  readonly #options: AddReplicaOptions;
  readonly #sides: CopySides;
  readonly #both: DeltaSides & { readBack: ReadBack };
  #reads: LeadReads | undefined;
  /** Planned rows that are still to be sent. */
  #queues: BatchQueues | undefined;
  readonly #readBack = new ReadBack();
  readonly #phases: Phases;
  readonly #emit: Emit;
  #isPlaced = false;
  #isFollowing = false;

  constructor(options: AddReplicaOptions, sides: CopySides, phases: Phases, emit: Emit) {
    const { pace, clock, signal } = options;
    const { lead, joiner, capture } = sides;
    this.#options = options;
    this.#sides = sides;
    const budget = new DeltaBudget(lead, capture.budgetKeys, { emit, clock });
    this.#both = { lead, joiner, emit, pace, budget, readBack: this.#readBack, signal };
    this.#phases = phases;
    this.#emit = emit;
  }

  /** Whether the table is whole, in its place, and goes on taking changes. */
  get isFollowing(): boolean {
    return this.#isFollowing;
  }

  /** Tells how reads of the joiner go, where it answers any. */
  async tellReads(): Promise<void> {
    await this.#reads?.tell();
  }

  /** `batches` is the plan, dealt to the donors. */
  async whole(batches: Batches | undefined): Promise<AddReplicaResult> {
    this.#queues = batches && new BatchQueues(batches);
    const { stage } = await this.#open();
    if (batches && stage === 'hot') await this.#hot(batches);
    else this.#phases.skip('hot');
    if (stage === 'hot' || stage === 'snapshot') await this.#snapshot();
    else this.#phases.skip('snapshot');
    await this.#phases.in('delta', async () => {
      await this.#sides.joiner.call('joiner.indexes', {});
      await applyDelta(this.#both);
      await this.#endReads();
    });
    this.#emit({ type: 'donor', donor: this.#sides.lead.name, state: 'done' });
    if (stage === 'synced' && this.#isPlaced) this.#phases.skip('verify');
    else await this.#phases.in('verify', () => verifyAll(this.#both));
    const there = await this.#placeWhole();
    await this.tellReads();
    this.#emit({ type: 'in-sync', ...there });
    if (!this.#options.follow) return there;
    const { watermark, rows } = await this.#follow();
    return { watermark, rows };
  }

  async #open(): Promise<Result<'joiner.open'>> {
    const { lead, joiner, capture, standing } = this.#sides;
    const { joiner: target, runId, signal } = this.#options;
    const { budget } = this.#both;
    const { path } = target.store;
    const { shape } = lead.table;
    const captureId = logIdentity(capture.id, lead.table.fileId);
    const { prunedTo, watermark: logEnd } = capture;
    budget.saw(capture.keys);
    const { result: opened } = await joiner.call('joiner.open', {
      ...{ path, shape, runId, captureId },
      ...{ prunedTo, logEnd },
    });
    if (standing.published?.isWhole && !opened.published && !standing.mayReplace)
      throw followedDiffers(target, shape.name);
    this.#isPlaced = opened.published;
    if (standing.hasLeft && !opened.resumed)
      this.#note(
        'warning',
        'The copy begins anew: what was left of it does not fit the Delta Log, the table or the host of today.',
      );
    if (opened.resumed) {
      this.#readBack.fail();
      this.#emit({ type: 'resumed', rows: opened.rows });
    }
    if (opened.published) this.#phases.skip('publish');
    // An earlier run put it there, and may have died before it could tell.
    if (opened.published && opened.stage === 'snapshot') this.#emit({ type: 'hot-ready' });
    if (this.#options.publishAt === 'hot-ready' && !opened.published && opened.stage !== 'hot')
      this.#note('info', 'The hot rows have had their turn before: the table appears when it is in sync.');
    await this.#serve({ isResumed: opened.resumed });
    const { watermark, snapshotAfter } = opened;
    await lead.agent.call('donor.seek', { watermark, snapshotAfter });
    await budget.applied(watermark, signal);
    await this.#openCaches();
    return opened;
  }

  async #serve({ isResumed }: { isResumed: boolean }): Promise<void> {
    const { serve, pace, joiner: target } = this.#options;
    if (!serve) return;
    const { joiner, lead } = this.#sides;
    pace.keepChunksShort();
    this.#reads = new LeadReads({ joiner, lead, emit: this.#emit, queues: this.#queues });
    this.#both.reads = this.#reads;
    const { result } = await joiner.call('joiner.serve', serve).catch((error: unknown) => {
      throw placeToServeRefused(error, { isResumed });
    });
    const log = serve.log === undefined ? {} : { log: { host: hostLabel(target.host), file: serve.log } };
    this.#emit({ type: 'serving', address: result.address, ...log });
    this.#note('info', `${joiner.name} answers reads at ${result.address}.`);
    const open = opennessWarning(parseServeAddress(result.address));
    if (open) this.#note('warning', open);
  }

  /** What was fetched last is ahead of the rounds: one more brings the joiner past it, and all rows are there. */
  async #endReads(): Promise<void> {
    if (!this.#reads) return;
    await this.#reads.end();
    const askedMs = performance.now();
    await applyDelta(this.#both);
    await this.#reads.level(askedMs, { isWhole: true });
  }

  async #openCaches(): Promise<void> {
    const { lead, others, capture } = this.#sides;
    const cache = { captureId: capture.cacheId, kind: 'file', limitBytes: 0, create: false } as const;
    await lead.agent.call('cache.open', cache);
    for (const { name, agent } of others.values())
      await agent.call('cache.open', cache).catch((error: unknown) => {
        others.delete(name);
        this.#emit({ type: 'donor', donor: name, state: 'lost' });
        this.#note('warning', `${name} gives no rows: ${messageOf(error)} The lead gives them.`);
      });
  }

  async #hot(batches: Batches): Promise<void> {
    const { prefetchTimeoutMs, publishAt, pace } = this.#options;
    const { complete } = await this.#phases.in('hot', () => {
      const timeout = unpausedTimeout(prefetchTimeoutMs, { pace, wait: systemWait });
      const { others } = this.#sides;
      const queues = this.#queues ?? new BatchQueues(batches);
      return sendHotRows({ ...this.#both, others, queues, deadline: timeout.signal }).finally(timeout.end);
    });
    if (!complete) {
      this.#note('warning', 'The prefetch timed out; the snapshot brings the rest of the plan.');
      return;
    }
    if (publishAt === 'hot-ready') await this.#placeHot(batches);
    this.#emit({ type: 'hot-ready' });
  }

  /** An empty plan makes nothing hot: of such a table an application would learn no more than that it is empty. */
  async #placeHot({ byDonor }: Batches): Promise<void> {
    if ([...byDonor.values()].every((own) => own.length === 0)) {
      this.#note('warning', 'The plan holds no keys: the table appears when it is in sync.');
      return;
    }
    await this.#phases.in('publish', () => this.#place('rows'));
    this.#isPlaced = true;
    this.#readBack.fail();
    this.#note(
      'info',
      'The table is in its place; until it is in sync, foresync_status says that rows are missing.',
    );
  }

  async #snapshot(): Promise<void> {
    const rounds = this.#isPlaced || this.#reads ? new RoundsBetween(steadyClock) : undefined;
    await this.#phases.in('snapshot', () => sendSnapshot({ ...this.#both, rounds }));
  }

  async #placeWhole(): Promise<AddReplicaResult> {
    const { follow, serve } = this.#options;
    // It answers from there until it is released.
    const work = () => this.#place(follow || serve ? 'deltas' : 'nothing');
    return this.#isPlaced ? work() : this.#phases.in('publish', work);
  }

  async #place(takes: 'nothing' | 'deltas' | 'rows'): Promise<AddReplicaResult> {
    const { joiner, lead, standing } = this.#sides;
    const { result } = await joiner.call('joiner.publish', {
      replace: standing.mayReplace,
      walMode: lead.table.walMode,
      takes,
      status: this.#options.publishAt === 'hot-ready',
    });
    return result;
  }

  /** Its good end is the signal, also where that has come already. */
  async #follow(): Promise<Followed> {
    const { clock, wait, joiner } = this.#options;
    this.#isFollowing = true;
    const sides = { ...this.#both, joinerName: joiner.name, clock, wait };
    const followed = await this.#phases.inspite('follow', () => follow(sides));
    await this.tellReads();
    if (!followed.isLevel)
      this.#note(
        'warning',
        `Writers at ${this.#sides.lead.name} were too fast for a last round: ${joiner.name} lacks a part of it.`,
      );
    return followed;
  }

  #note(level: 'info' | 'warning', text: string): void {
    this.#emit({ type: 'note', level, text });
  }
}

/**
 * What is wrong with an address or a log is wrong with the command line, which an agent does not know of. Of a resumed run all that is there already stays,
 * whatever becomes of these. An agent that was cut off holds its address until it notices, which is worth to be waited for.
 */
function placeToServeRefused(error: unknown, { isResumed }: { isResumed: boolean }): unknown {
  if (!(error instanceof ForesyncError) || !error.code.startsWith('serve-')) return error;
  if (!isResumed && error.kind !== 'config') return error;
  const kind = !isResumed ? 'usage' : error.code === 'serve-in-use' ? 'unreachable' : 'stopped';
  return new ForesyncError(kind, error.code, error.message, {
    ...(error.hint === undefined ? {} : { hint: error.hint }),
    cause: error,
  });
}
