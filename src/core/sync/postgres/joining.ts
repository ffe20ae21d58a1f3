import type { AgentClient } from '../../agent/client.ts';
import { systemWait } from '../../clock.ts';
import { ForesyncError } from '../../errors.ts';
import type { AddReplicaOptions, AddReplicaResult } from '../add-replica.ts';
import type { Batches } from '../batches.ts';
import type { Agents } from '../connect.ts';
import type { Emit, PhaseName } from '../events.ts';
import { resumable } from '../joining.ts';
import { Phases } from '../phases.ts';
import { unpausedTimeout } from '../unpaused-timeout.ts';
import { beginCopy, type Copy, ownSlot } from './begin-copy.ts';
import { captureIdOf } from './capture.ts';
import { ChangesBetween } from './changes-between.ts';
import type { Told, VerifyOptions } from './compare.ts';
import { connectServers, type Sides } from './connect-servers.ts';
import { copyLanes, copyRows } from './copy-rows.ts';
import type { Drain } from './drain.ts';
import { handOverAlone } from './hand-over-alone.ts';
import { handOverAmong, slotsFor } from './hand-over-among.ts';
import { sendHotRows } from './hot-rows.ts';
import { connectLeaders, type Leaders } from './leaders.ts';
import { leaveNothing } from './leave-nothing.ts';
import { ProvenCopy } from './proven-copy.ts';
import { settleCopy } from './settle-copy.ts';
import { afterReaders, SqlServing } from './sql-serving.ts';
import { connectStandbys, markOf, type Standby } from './standbys.ts';
import { stopStream } from './stop-stream.ts';
import { asAltered, tableAltered } from './table-altered.ts';
import { verifyAll } from './verify.ts';
import { warmBuffers } from './warm-buffers.ts';

const analyzeLane = 5;

/** One try at adding a replica between two PostgreSQL servers, with agents of its own, from the first connection to the clean-up. */
export class PostgresJoining {
  readonly #options: AddReplicaOptions;
  readonly #agents: Agents;
  readonly #emit: Emit;
  readonly #phases: Phases;
  readonly #id: string;
  /** An earlier run left something, or this one is about to. */
  #hasLeft = false;
  #holds = false;
  #isPlaced = false;
  #sides: Sides | undefined;
  #leaders: Leaders | undefined;
  #drain: Drain | undefined;
  /** No step of the copy goes on. */
  readonly #over = new AbortController();
  #standbys: Standby[] = [];

  constructor(options: AddReplicaOptions, agents: Agents, emit: Emit) {
    this.#options = options;
    this.#agents = agents;
    this.#emit = emit;
    this.#phases = new Phases(emit, options.signal);
    this.#id = captureIdOf(options.group, options.joiner);
  }

  get begun(): boolean {
    return this.#hasLeft || this.#holds;
  }

  get joiner(): AgentClient | undefined {
    return this.#sides?.joiner;
  }

  get phase(): PhaseName | undefined {
    return this.#phases.current;
  }

  async whole(batches: Batches | undefined): Promise<AddReplicaResult> {
    try {
      return await this.#whole(batches);
    } catch (error) {
      const { lead, table } = this.#options.group;
      throw this.#holds ? asAltered(error, lead.name, table) : error;
    }
  }

  async #whole(batches: Batches | undefined): Promise<AddReplicaResult> {
    const options = { ...this.#options, id: this.#id, emit: this.#emit };
    const sides = await this.#phases.in('connect', async () => {
      const connecting = connectServers(options, this.#agents);
      if (batches) this.#standbys = connectStandbys(options.group, this.#agents);
      const connected = await connecting;
      this.#leaders = await connectLeaders(connected, options, this.#agents);
      return connected;
    });
    this.#sides = sides;
    this.#hasLeft = sides.left !== undefined;
    const { stage } = sides.left ?? {};
    if (stage === 'placed' || stage === 'handed') return this.#finishPlaced(sides);
    const copy = await this.#phases.in('capture', () => {
      this.#holds = true;
      const isLeader = this.#leaders !== undefined;
      return beginCopy(sides, { ...options, isLeader }, (drain) => {
        this.#drain = drain;
      });
    });
    // A stream that is lost must not wait for a step that waits for something else, as a paused copy does; that step ends too.
    try {
      return await Promise.race([copy.drain.failed, this.#copied(copy, batches)]);
    } finally {
      this.#over.abort();
    }
  }

  /** After a failure: what can be gone on with stays, everything else is taken away. */
  async leave(error: unknown): Promise<void> {
    this.#drain?.leave();
    if (!(error instanceof ForesyncError) || resumable.has(error.kind) || !this.#holds || this.#isPlaced)
      return;
    if (this.#sides) await leaveNothing(this.#sides, { ...this.#options, id: this.#id });
  }

  async #copied(copy: Copy, batches: Batches | undefined): Promise<AddReplicaResult> {
    const { lead, joiner, opened, drain } = copy;
    const sides = { ...copy, ...this.#shared, rowsEstimate: copy.table.rowsEstimate };
    const proven = new ProvenCopy();
    let analysing: Promise<unknown> | undefined;
    const analyze = () => {
      analysing ??= joiner.call('pg.joiner.analyze', { lane: analyzeLane });
      analysing.catch(() => undefined);
      return analysing;
    };
    const serving = await SqlServing.begin(copy, {
      ...{ ...this.#shared, table: this.#options.group.table, wait: this.#options.wait },
      conninfo: this.#options.serveSql?.conninfo,
    });
    if (batches && opened.stage === 'hot' && opened.chunks === 0) await this.#hot(copy, batches, serving);
    else this.#phases.skip('hot');
    if (opened.stage === 'hot' || opened.stage === 'snapshot')
      await this.#phases.in('snapshot', async () => {
        await joiner.call('pg.joiner.stage', { stage: 'snapshot' });
        this.#emit({ type: 'donor', donor: lead.name, state: 'reading' });
        const from = { chunks: opened.chunks, after: opened.chunksTo };
        // Whatever is applied from now on is compared once more.
        await joiner.call('pg.joiner.watch', {});
        if (from.chunks === 0 || from.after)
          await copyRows({
            ...sides,
            serving,
            ...{ rowBytes: copy.table.rowBytes, from, proven },
            ...{ isLocal: this.#isLocal, isOneHost: await copy.isOneHost },
            // Of an index's own expressions there are statistics once it is made.
            onAlmostAll: () => (copy.table.definition.indexes.length === 0 ? analyze() : undefined),
            between: new ChangesBetween({ ...sides, drain, wait: this.#options.wait }),
          });
        await joiner.call('pg.joiner.stage', { stage: 'delta' });
      });
    else this.#phases.skip('snapshot');
    await this.#phases.in('delta', () =>
      settleCopy({ ...copy, ...this.#shared }, serving, { isFinished: opened.stage === 'verify' }),
    );
    this.#emit({ type: 'donor', donor: lead.name, state: 'done' });
    // While it is compared, at the latest.
    const analysed = analyze();
    const isOwnCopy = opened.stage === 'hot' || (opened.stage === 'snapshot' && opened.chunks === 0);
    const verifying = { ...sides, drain, proven: isOwnCopy ? proven : undefined, wait: this.#options.wait };
    const verified = await this.#phases.in('verify', () => verifyAll(verifying));
    const there = await this.#phases.in('publish', async () => {
      if (batches) {
        // Statistics read pages of all of it.
        await analysed;
        await warmBuffers({ ...copy, ...this.#shared, batches });
      }
      return this.#place(verifying, verified, analysed);
    });
    return this.#finish(copy, there);
  }

  async #hot(copy: Copy, batches: Batches, serving: SqlServing | undefined): Promise<void> {
    const { prefetchTimeoutMs, pace, wait } = this.#options;
    const { complete } = await this.#phases.in('hot', async () => {
      await serving?.open();
      const timeout = unpausedTimeout(prefetchTimeoutMs, { pace, wait: systemWait });
      const mark = await markOf(copy, this.#id);
      const shared = { ...this.#shared, wait, standbys: this.#standbys, deadline: timeout.signal };
      const sent = await sendHotRows({ ...copy, ...shared, mark, batches }).finally(timeout.end);
      await serving?.mustClose();
      return sent;
    });
    if (complete) this.#emit({ type: 'hot-ready' });
    else this.#note('warning', 'The prefetch timed out; the snapshot brings the rest of the plan.');
  }

  /** The stream ends, what has come of it is applied and compared, and the table is put in its place. What was counted holds where nothing has changed since. */
  async #place(
    verifying: VerifyOptions,
    verified: Told & { isUntouched: boolean },
    analysed: Promise<unknown>,
  ): Promise<AddReplicaResult> {
    const { lead, joiner } = verifying;
    const { changes, isOpen } = await stopStream(verifying, verified, (drain) => {
      this.#drain = drain;
    });
    if (isOpen)
      this.#note('info', 'Some rows change too often to be compared at the very end; all were equal before.');
    await this.#checkTable(lead);
    const { result } = await lead.call('pg.sequences', { lane: copyLanes[0] });
    await analysed;
    if (this.#leaders) await joiner.call('pg.joiner.lead', { slots: slotsFor(this.#leaders) });
    const place = () =>
      joiner.call('pg.joiner.place', {
        replace: this.#options.replace,
        sequences: result.sequences,
        ...(changes === 0 && verified.isUntouched && { rows: verified.rows }),
      });
    const { result: placed } = await afterReaders(place, { ...this.#shared, wait: this.#options.wait });
    this.#isPlaced = true;
    return { rows: placed.rows, watermark: placed.at };
  }

  /** What the stream does not tell: a table that was altered and not written to since, or that is another one by now. */
  async #checkTable(lead: AgentClient): Promise<void> {
    const { result } = await lead.call('pg.donor.standing', { id: this.#id });
    if (result.standing === 'altered') throw tableAltered(this.#options.group.table);
    if (result.standing === 'dressed')
      this.#note(
        'warning',
        `Indexes, constraints or settings of the table were changed at ${lead.name} meanwhile: the joiner has those of before.`,
      );
  }

  /** An earlier run put the table in its place, and died before it was done. */
  async #finishPlaced(sides: Sides): Promise<AddReplicaResult> {
    this.#isPlaced = true;
    await ownSlot(sides, { ...this.#options, id: this.#id });
    this.#phases.skip('capture', 'hot', 'snapshot', 'delta', 'verify', 'publish');
    this.#emit({ type: 'resumed', rows: sides.table.rowsEstimate });
    return this.#finish(sides, { rows: sides.table.rowsEstimate, watermark: sides.left?.spooledTo ?? 0 });
  }

  /** Hands over to a subscription where that is asked for, and takes away all else. */
  async #finish(sides: Sides, there: AddReplicaResult): Promise<AddReplicaResult> {
    const leaders = this.#leaders;
    if (leaders) {
      const options = { ...this.#options, id: this.#id, emit: this.#emit };
      await this.#phases.in('cleanup', async () => {
        await handOverAmong({ sides, leaders, options });
        const names = leaders.others.map(({ name }) => name).join(', ');
        this.#note(
          'info',
          `The joiner subscribes to ${leaders.lead.name}, ${names}, and each of them to it; what foresync made for that is called foresync_${this.#id}….`,
        );
        this.#emit({ type: 'in-sync', ...there });
      });
      return there;
    }
    await this.#phases.in('cleanup', () =>
      handOverAlone(sides, there, { ...this.#options, id: this.#id, emit: this.#emit }),
    );
    return there;
  }

  get #isLocal(): boolean {
    const { group, joiner } = this.#options;
    return group.lead.host.kind === 'local' && joiner.host.kind === 'local';
  }

  get #shared() {
    const { pace, signal } = this.#options;
    return { emit: this.#emit, pace, signal: AbortSignal.any([signal, this.#over.signal]) };
  }

  #note(level: 'info' | 'warning', text: string): void {
    this.#emit({ type: 'note', level, text });
  }
}
