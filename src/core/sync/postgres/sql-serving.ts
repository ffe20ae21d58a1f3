import type { AgentClient } from '../../agent/client.ts';
import { type Clock, steadyClock, type Wait } from '../../clock.ts';
import { ForesyncError } from '../../errors.ts';
import { formatCounted } from '../../format.ts';
import { printable } from '../../text.ts';
import type { Emit } from '../events.ts';
import type { Pace } from '../pace.ts';
import { pump } from '../pump.ts';
import { applyUpTo } from './apply-changes.ts';
import type { Copy } from './begin-copy.ts';
import { settled } from './capture.ts';
import { copyLanes } from './copy-rows.ts';
import { Ranges, sentRange } from './ranges.ts';

/** How long rows are gathered before they are seen, at least; and by how much longer than it takes to have them seen. */
const sliceMs = 1000;
const sliceOfClosing = 10;
const mostSliceMs = 30_000;
const keysAtOnce = 200_000;
const maxKeysBytes = 64 << 20;
const retryMs = 500;

export interface SqlServingOptions {
  table: string;
  /** How the joiner's server reaches the lead's; undefined where it need not, for no reads are to be answered. */
  conninfo: string | undefined;
  emit: Emit;
  pace: Pace;
  wait: Wait;
  signal: AbortSignal;
}

/**
 * Reads are answered at the joiner under the table's own name while it is built: a view gives what is there, and fetches what is not from the lead. Rows come in slices of about a second,
 * each seen when the stream has been applied past all that anybody may have read.
 */
export class SqlServing {
  readonly #copy: Copy;
  readonly #options: SqlServingOptions;
  readonly #clock: Clock;
  /** All chunks are there. */
  isWhole = false;
  #isOpen = false;
  #hasApplied = false;
  #dueAtMs = 0;
  #gatherMs = sliceMs;
  #isHeldTold = false;

  private constructor(copy: Copy, options: SqlServingOptions, clock: Clock) {
    this.#copy = copy;
    this.#options = options;
    this.#clock = clock;
  }

  /** Goes on where an earlier run answered reads, or begins to; undefined where none are to be answered. */
  static async begin(
    copy: Copy,
    options: SqlServingOptions,
    clock: Clock = steadyClock,
  ): Promise<SqlServing | undefined> {
    const { opened, joiner, lead } = copy;
    if (opened.isServed) {
      const serving = new SqlServing(copy, options, clock);
      const isCopying = opened.stage === 'hot' || opened.stage === 'snapshot';
      // More may wait than the budget lets; no chunk is under way.
      if (isCopying) await copy.drain.whileApplying(() => serving.advance());
      return serving;
    }
    const { conninfo, emit, table } = options;
    const isCopied = opened.stage === 'delta' || opened.stage === 'verify';
    if (conninfo === undefined || isCopied) return undefined;
    await joiner.call('pg.serving.prepare', { conninfo });
    const keys = await listMissing(copy, options);
    await joiner.call('pg.serving.open', { lead: printable(lead.name) });
    emit({
      ...{ type: 'note', level: 'info' },
      text: `Reads of ${printable(table)} are answered at the joiner; ${formatCounted(keys, 'row')} are fetched from ${lead.name} until they have come.`,
    });
    return new SqlServing(copy, options, clock);
  }

  /** Enough rows were gathered to have them seen. */
  get isDue(): boolean {
    return this.#clock.nowMs() >= this.#dueAtMs;
  }

  /**
   * Rows that come from now on are seen together. Does nothing where that is so. What was applied before is seen by everybody at the lead then: the stream brings a commit that waits for
   * a standby before anybody sees it, and rows that are read at once would be older than what is here.
   */
  async open(): Promise<void> {
    const { lead } = this.#copy;
    if (!this.#isOpen && this.#hasApplied) {
      const { result } = await lead.call('pg.capture.under-way', {});
      await settled(lead, { ...this.#options, below: result.below });
    }
    await this.#copy.joiner.call('pg.slice.open', {});
    this.#isOpen = true;
    this.#dueAtMs = this.#clock.nowMs() + this.#gatherMs;
  }

  /**
   * Has everybody see what was gathered, for which no rows may be on their way. Where somebody holds rows that were fetched from the lead, this is left for later:
   * more may be gathered.
   */
  async close(): Promise<boolean> {
    if (!this.#isOpen) return true;
    const { lead, joiner, drain } = this.#copy;
    const { emit } = this.#options;
    const fromMs = this.#clock.nowMs();
    const position = async () => (await lead.call('pg.position', { lane: copyLanes[0] })).result.at;
    // Most is applied before any reader waits.
    await applyUpTo(await position(), { lead, joiner, emit, drain });
    const { result } = await joiner.call('pg.slice.shut', {});
    if (!result.isShut) {
      this.#gatherMs = Math.min(mostSliceMs, 2 * this.#gatherMs);
      return false;
    }
    const upTo = await position();
    while (drain.spooledTo < upTo) await drain.more();
    const { changes, pendingBytes } = (await joiner.call('pg.slice.commit', { upTo, isWhole: this.isWhole }))
      .result;
    drain.applied(pendingBytes);
    this.#isOpen = false;
    this.#hasApplied = true;
    if (changes > 0)
      emit({ type: 'rows', kind: 'delta', donor: lead.name, rows: changes, rawBytes: 0, wireBytes: 0 });
    const tookMs = this.#clock.nowMs() - fromMs;
    this.#gatherMs = Math.min(mostSliceMs, Math.max(sliceMs, sliceOfClosing * tookMs));
    return true;
  }

  /** Has everybody see what the lead has now. */
  async advance(): Promise<void> {
    await this.open();
    await this.mustClose();
  }

  /** The same, as often as it takes. */
  async mustClose(): Promise<void> {
    const { emit, wait, signal } = this.#options;
    while (!(await this.close())) {
      if (!this.#isHeldTold)
        emit({
          ...{ type: 'note', level: 'info' },
          text: "Waiting for transactions at the joiner's server that have fetched rows from the lead.",
        });
      this.#isHeldTold = true;
      await wait(retryMs, signal);
      signal.throwIfAborted();
    }
  }
}

/** Tells the joiner the keys of all rows, range by range. Rows that come to be there later come by the stream. */
async function listMissing(copy: Copy, { pace, signal }: SqlServingOptions): Promise<number> {
  const { lead, joiner, keyColumns } = copy;
  const [lane] = copyLanes;
  const ranges = new Ranges(lead, { keyColumns, rows: () => keysAtOnce }, { n: 0, after: undefined });
  const counted = { keys: 0 };
  await pump({
    depth: 2,
    signal,
    next: () => (ranges.isOver ? undefined : ranges.next().then((next) => next && readKeys(next.range))),
    deliver: async (reply) => {
      if (!reply) return;
      if (reply.parts.length === 0) throw keysTooLarge();
      pace.sent(reply.wireBytes);
      const { result } = await joiner.call('pg.serving.missing', { lane }, reply.parts);
      counted.keys += result.keys;
    },
  });
  return counted.keys;

  async function readKeys(range: Parameters<typeof sentRange>[0]) {
    await pace.turn(signal);
    return lead.call('pg.serving.keys', { lane, range: sentRange(range), maxBytes: maxKeysBytes });
  }
}

function keysTooLarge(): ForesyncError {
  return new ForesyncError('config', 'serve-sql-key', 'The keys are too large to be told beforehand.', {
    hint: 'Leave out --serve-sql.',
  });
}

/** What keeps a view from being replaced, and passes. */
const held: Record<string, string> = {
  'postgres-55P03': 'Waiting for transactions that read the table at the joiner, to put it in its place.',
  'postgres-2BP01':
    'Waiting for what was made on top of the table at the joiner to be dropped: it depends on the view that answers reads, which must go.',
};

/** Repeats what waits for readers at the joiner, until they are done. */
export async function afterReaders<T>(
  work: () => Promise<T>,
  { emit, wait, signal }: Pick<SqlServingOptions, 'emit' | 'wait' | 'signal'>,
): Promise<T> {
  for (let tries = 0; ; tries++) {
    try {
      return await work();
    } catch (error) {
      const text = error instanceof ForesyncError && held[error.code];
      if (!text) throw error;
      if (tries === 3) emit({ type: 'note', level: 'warning', text });
    }
    await wait(retryMs, signal);
    signal.throwIfAborted();
  }
}

/** Refuses what is in the way of answering reads, before anything begins. */
export async function refuseUnservable(
  joiner: AgentClient,
  { url, hasTable, table }: { url: string; hasTable: boolean; table: string },
): Promise<void> {
  if (hasTable)
    throw new ForesyncError(
      'exists',
      'serve-sql-place',
      `Reads of ${printable(table)} cannot be answered while another table of that name is at the joiner.`,
      { hint: 'Rename or drop it, or leave out --serve-sql.' },
    );
  await joiner.call('pg.serving.rehearse', { url });
}

/** Refuses a copy that was begun without regard to readers, whose rows are of no one moment, before anything of it is given up. */
export function refuseUnserved(joiner: string): never {
  throw new ForesyncError(
    'exists',
    'copy-unserved',
    `The copy that is left at ${printable(joiner)} was begun without --serve-sql: its rows are of different moments, and no reads can be answered from them.`,
    { hint: 'Leave --serve-sql out to go on with it, or begin anew with --restart.' },
  );
}
