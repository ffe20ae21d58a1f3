import { randomBytes } from 'node:crypto';
import type { AgentClient } from '../../agent/client.ts';
import type { Result } from '../../agent/protocol.ts';
import { systemWait } from '../../clock.ts';
import { ForesyncError } from '../../errors.ts';
import { hostLabel } from '../../group/host.ts';
import { parseTableName } from '../../store/postgres/sql.ts';
import type { AddReplicaOptions, AddReplicaResult } from '../add-replica.ts';
import type { Batches } from '../batches.ts';
import type { Agents } from '../connect.ts';
import type { Emit, PhaseName } from '../events.ts';
import { resumable } from '../joining.ts';
import { Phases } from '../phases.ts';
import { tableThere } from '../refusals.ts';
import { unpausedTimeout } from '../unpaused-timeout.ts';
import { captureIdOf, type Slot, settled } from './capture.ts';
import { copyLanes, copyRows } from './copy-rows.ts';
import { Drain } from './drain.ts';
import { sendHotRows } from './hot-rows.ts';
import { KeptCuts } from './kept-cuts.ts';
import { applyAll, applyUpTo, verifyAll } from './verify.ts';

const analyzeLane = 5;

/** Bytes of changes that may wait at the joiner. */
export const usualBudgetBytes = 8 * 1024 ** 3;

interface Sides {
  lead: AgentClient;
  joiner: AgentClient;
  table: Result<'pg.donor.open'>;
  left: Result<'pg.joiner.look'>['left'];
  slot: Slot | undefined;
}

interface Copy extends Sides {
  drain: Drain;
  opened: Result<'pg.joiner.open'>;
  keyColumns: number;
}

/** One try at adding a replica between two PostgreSQL servers, with agents of its own, from the first connection to the clean-up. */
export class PostgresJoining {
  readonly #options: AddReplicaOptions;
  readonly #agents: Agents;
  readonly #emit: Emit;
  readonly #phases: Phases;
  readonly #id: string;
  #begun = false;
  #isPlaced = false;
  #lead: AgentClient | undefined;
  #joiner: AgentClient | undefined;
  #drain: Drain | undefined;

  constructor(options: AddReplicaOptions, agents: Agents, emit: Emit) {
    this.#options = options;
    this.#agents = agents;
    this.#emit = emit;
    this.#phases = new Phases(emit, options.signal);
    this.#id = captureIdOf(options.group, options.joiner);
  }

  get begun(): boolean {
    return this.#begun;
  }

  get joiner(): AgentClient | undefined {
    return this.#joiner;
  }

  get phase(): PhaseName | undefined {
    return this.#phases.current;
  }

  async whole(batches: Batches | undefined): Promise<AddReplicaResult> {
    const sides = await this.#phases.in('connect', () => this.#connect());
    const { stage } = sides.left ?? {};
    if (stage === 'placed' || stage === 'handed') return this.#finishPlaced(sides);
    const copy = await this.#phases.in('capture', () => this.#capture(sides));
    // A stream that is lost must not wait for a step that waits for something else.
    return Promise.race([copy.drain.failed, this.#copied(copy, batches)]);
  }

  /** After a failure: what can be gone on with stays, everything else is taken away. */
  async leave(error: unknown): Promise<void> {
    this.#drain?.leave();
    if (!(error instanceof ForesyncError) || resumable.has(error.kind) || !this.#begun || this.#isPlaced)
      return;
    if (error.code === 'joiner-busy') return;
    const { group, joiner } = this.#options;
    await Promise.allSettled([
      this.#lead?.call('pg.capture.drop', { url: group.lead.store.path, id: this.#id }),
      this.#joiner?.call('pg.joiner.discard', {
        ...{ url: joiner.store.path, id: this.#id, table: parseTableName(group.table) },
      }),
    ]);
  }

  async #connect(): Promise<Sides> {
    const { group, joiner: target, replace, restart } = this.#options;
    const table = parseTableName(group.table);
    const id = this.#id;
    const host = hostLabel(group.lead.host);
    this.#emit({ type: 'donor', donor: group.lead.name, host, state: 'connecting' });
    const connecting = [
      this.#agents.connect(group.lead.name, group.lead.host),
      this.#agents.connect(target.name, target.host),
    ] as const;
    await Promise.allSettled(connecting);
    const [lead, joiner] = await Promise.all(connecting);
    this.#lead = lead;
    this.#joiner = joiner;
    const seed = randomBytes(8).readBigInt64BE().toString();
    const url = group.lead.store.path;
    const [donor, look, slot] = await Promise.all([
      lead.call('pg.donor.open', { url, table, seed }).then(({ result }) => ({ ...result, seed })),
      joiner.call('pg.joiner.look', { url: target.store.path, id, table }).then(({ result }) => result),
      lead.call('pg.capture.look', { url, id }).then(({ result }) => result.slot),
    ]);
    this.#emit({ type: 'donor', donor: lead.name, host, state: 'ready' });
    const left =
      restart && look.left?.stage !== 'placed' && look.left?.stage !== 'handed' ? undefined : look.left;
    if (look.hasTable && !replace && left?.stage !== 'placed' && left?.stage !== 'handed')
      throw tableThere(target, group.table);
    if (left) this.#begun = true;
    this.#emit({ type: 'table', rowsEstimate: donor.rowsEstimate, sizeBytes: donor.sizeBytes });
    if (donor.leftOut.length > 0)
      this.#note(
        'info',
        `Not taken over: ${donor.leftOut.join(', ')}. A replica receives rows, it does not check or react to them.`,
      );
    this.#seed = seed;
    return { lead, joiner, table: donor, left, slot };
  }

  #seed = '0';

  async #capture({ lead, joiner, table, left, slot }: Sides): Promise<Copy> {
    const { group, joiner: target, restart, wait, signal, deltaBudgetKeys } = this.#options;
    const id = this.#id;
    const goesOn =
      slot !== undefined &&
      !slot.isLost &&
      left !== undefined &&
      left.spooledTo >= slot.confirmedTo &&
      !restart;
    if (slot && !goesOn) await lead.call('pg.capture.drop', { url: group.lead.store.path, id });
    this.#begun = true;
    const started = goesOn ? undefined : (await lead.call('pg.capture.start', { id })).result;
    const from = started?.from ?? slot?.confirmedTo ?? 0;
    const { definition, keyOrder, systemId, timeline } = table;
    const { result: opened } = await joiner.call('pg.joiner.open', {
      ...{ url: target.store.path, id, definition, keyOrder, systemId, timeline },
      ...{ captureFrom: from, seed: this.#seed, anew: !goesOn },
    });
    if (opened.resumed) this.#emit({ type: 'resumed', rows: opened.rows });
    else if (left)
      this.#note(
        'warning',
        'The copy begins anew: what was left of it does not fit the slot or the table of today.',
      );
    const drain = await Drain.start(
      {
        donor: lead,
        joiner,
        id,
        budgetBytes: deltaBudgetKeys === undefined ? usualBudgetBytes : deltaBudgetKeys * 100,
      },
      opened.spooledTo,
    );
    this.#drain = drain;
    if (opened.stage === 'hot' || opened.stage === 'snapshot') {
      const below = started?.below ?? (await lead.call('pg.capture.under-way', {})).result.below;
      await settled(lead, { below, wait, signal, emit: this.#emit });
    }
    return { lead, joiner, table, left, slot, drain, opened, keyColumns: definition.key.length };
  }

  async #copied(copy: Copy, batches: Batches | undefined): Promise<AddReplicaResult> {
    const { lead, joiner, opened, drain } = copy;
    const cuts = new KeptCuts();
    const sides = { ...copy, ...this.#shared, rowsEstimate: copy.table.rowsEstimate };
    this.#emit({ type: 'donor', donor: lead.name, state: 'reading' });
    if (batches && opened.stage === 'hot' && opened.chunks === 0) await this.#hot(copy, batches);
    else this.#phases.skip('hot');
    if (opened.stage === 'hot' || opened.stage === 'snapshot')
      await this.#phases.in('snapshot', async () => {
        await joiner.call('pg.joiner.stage', { stage: 'snapshot' });
        const from = { chunks: opened.chunks, after: opened.chunksTo };
        if (from.chunks === 0 || from.after)
          await copyRows({
            ...sides,
            rowBytes: copy.table.rowBytes,
            from,
            isLocal: this.#isLocal,
            onCut: (cut) => cuts.add(cut),
          });
        await joiner.call('pg.joiner.stage', { stage: 'delta' });
      });
    else this.#phases.skip('snapshot');
    await this.#phases.in('delta', () => this.#delta(copy, opened.stage === 'verify'));
    this.#emit({ type: 'donor', donor: lead.name, state: 'done' });
    const verified = await this.#phases.in('verify', async () => {
      // Its statistics are made meanwhile.
      const analysed = joiner.call('pg.joiner.analyze', { lane: analyzeLane });
      analysed.catch(() => undefined);
      const isOwnCopy = opened.stage === 'hot' || (opened.stage === 'snapshot' && opened.chunks === 0);
      const known = isOwnCopy ? cuts.cuts : undefined;
      const result = await verifyAll({ ...sides, drain, cuts: known, wait: this.#options.wait });
      await analysed;
      return result;
    });
    const there = await this.#phases.in('publish', () => this.#place(copy, verified));
    return this.#finish(copy, there);
  }

  async #hot(copy: Copy, batches: Batches): Promise<void> {
    const { prefetchTimeoutMs, pace } = this.#options;
    const { complete } = await this.#phases.in('hot', () => {
      const timeout = unpausedTimeout(prefetchTimeoutMs, { pace, wait: systemWait });
      return sendHotRows({ ...copy, ...this.#shared, batches, deadline: timeout.signal }).finally(
        timeout.end,
      );
    });
    if (complete) this.#emit({ type: 'hot-ready' });
    else this.#note('warning', 'The prefetch timed out; the snapshot brings the rest of the plan.');
  }

  /** Catches up before indexes are made: then rows of different moments meet no longer. */
  async #delta(copy: Copy, isFinished: boolean): Promise<void> {
    const { lead, joiner, drain } = copy;
    const shared = { ...this.#shared, lead, joiner };
    const catchUp = async () => {
      const { result } = await lead.call('pg.position', { lane: copyLanes[0] });
      await applyUpTo(result.at, { ...shared, drain });
    };
    do await catchUp();
    while (await this.#refetch(copy));
    if (!isFinished) await joiner.call('pg.joiner.finish', {});
    await catchUp();
  }

  /** Rows whose key changed while they were on their way, and of which a value did not travel with the change. */
  async #refetch({ lead, joiner }: Copy): Promise<boolean> {
    const { result, parts } = await joiner.call('pg.joiner.refetch', { taken: false });
    if (result.keys === 0) return false;
    this.#note('info', `${result.keys} rows are asked for once more: their keys changed on their way.`);
    const [lane] = copyLanes;
    const read = await lead.call('pg.keys.read', { lane, maxBytes: 64 << 20 }, parts);
    await joiner.call('pg.joiner.rows', { keep: true }, read.parts);
    await joiner.call('pg.joiner.refetch', { taken: true });
    return true;
  }

  /** The stream ends, what has come of it is applied, and the table is put in its place. What was counted holds where nothing has changed since. */
  async #place({ lead, joiner, drain }: Copy, verified: { rows: number }): Promise<AddReplicaResult> {
    await drain.stop();
    const { changes } = await applyAll({ lead, joiner, emit: this.#emit });
    const { result } = await lead.call('pg.sequences', { lane: copyLanes[0] });
    const { result: placed } = await joiner.call('pg.joiner.place', {
      replace: this.#options.replace,
      sequences: result.sequences,
      ...(changes === 0 && { rows: verified.rows }),
    });
    this.#isPlaced = true;
    return { rows: placed.rows, watermark: placed.at };
  }

  /** An earlier run put the table in its place, and died before it was done. */
  async #finishPlaced(sides: Sides): Promise<AddReplicaResult> {
    this.#isPlaced = true;
    this.#phases.skip('capture', 'hot', 'snapshot', 'delta', 'verify', 'publish');
    this.#emit({ type: 'resumed', rows: sides.table.rowsEstimate });
    return this.#finish(sides, { rows: sides.table.rowsEstimate, watermark: sides.left?.spooledTo ?? 0 });
  }

  /** Hands over to a subscription where that is asked for, and takes away all else. */
  async #finish({ lead, joiner }: Sides, there: AddReplicaResult): Promise<AddReplicaResult> {
    const { group, joiner: target, handOver } = this.#options;
    const [id, url] = [this.#id, target.store.path];
    const donor = { url: group.lead.store.path, id };
    await this.#phases.in('cleanup', async () => {
      if (handOver?.kind === 'subscription') {
        const { result } = await lead.call('pg.capture.look', donor);
        if (!result.slot) throw slotGone();
        const { conninfo } = handOver;
        const { result: handed } = await joiner.call('pg.joiner.hand-over', {
          ...{ url, id, conninfo, confirmedTo: result.slot.confirmedTo },
        });
        this.#note(
          'info',
          `The subscription ${handed.subscription} goes on from here; its slot and publication at ${group.lead.name} have the same name.`,
        );
      }
      this.#emit({ type: 'in-sync', ...there });
      if (handOver?.kind !== 'subscription') await lead.call('pg.capture.drop', donor);
      await joiner.call('pg.joiner.forget', { url, id });
    });
    return there;
  }

  get #isLocal(): boolean {
    const { group, joiner } = this.#options;
    return group.lead.host.kind === 'local' && joiner.host.kind === 'local';
  }

  get #shared() {
    const { pace, signal } = this.#options;
    return { emit: this.#emit, pace, signal };
  }

  #note(level: 'info' | 'warning', text: string): void {
    this.#emit({ type: 'note', level, text });
  }
}

function slotGone(): ForesyncError {
  return new ForesyncError(
    'verification',
    'slot-gone',
    'The slot is gone that the subscription was to go on with.',
    {
      hint: '--restart --replace begins anew.',
    },
  );
}
