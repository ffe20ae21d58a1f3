import type { AgentClient, Reply } from '../../agent/client.ts';
import { ForesyncError } from '../../errors.ts';
import { formatBytes } from '../../format.ts';

/** The lane that changes take, at both agents. */
export const streamLane = 1;
const takeBytes = 4 << 20;
const waitMs = 150;
const tightShare = 0.5;
/** So many batches of changes may be applied in a row without what waits getting less. */
const mostWithoutGain = 20;

export interface DrainSides {
  donor: AgentClient;
  joiner: AgentClient;
  /** The capture's id. */
  id: string;
  /** How much of the stream may wait at the joiner. */
  budgetBytes: number;
}

/**
 * Carries changes from the slot into the joiner's Delta Log for as long as the run lasts, so that the donor need not keep its WAL for them. What is
 * confirmed to the slot is on disk at the joiner before.
 */
export class Drain {
  readonly #sides: DrainSides;
  readonly #running: Promise<void>;
  #spooledTo: number;
  #pendingBytes = 0;
  /** The least that waited since it was last less than half of the budget, and batches that were applied since. */
  #leastBytes = Number.POSITIVE_INFINITY;
  #withoutGain = 0;
  #applying = 0;
  #isStopping = false;
  #error: unknown;
  readonly #waiting: (() => void)[] = [];
  #changed: () => void = () => undefined;
  /** Rejects when it can go on no longer. */
  readonly failed: Promise<never>;

  private constructor(sides: DrainSides, spooledTo: number) {
    this.#sides = sides;
    this.#spooledTo = spooledTo;
    this.#running = this.#run();
    this.failed = this.#running.then(() => new Promise<never>(() => undefined));
    this.failed.catch(() => undefined);
  }

  /** `spooledTo`: where the joiner is. */
  static async start(sides: DrainSides, spooledTo: number): Promise<Drain> {
    await sides.donor.call('pg.stream.open', { id: sides.id, from: spooledTo, lane: streamLane });
    return new Drain(sides, spooledTo);
  }

  /** One that goes on from where this one was stopped. */
  again(): Promise<Drain> {
    return Drain.start(this.#sides, this.#spooledTo);
  }

  get spooledTo(): number {
    return this.#spooledTo;
  }

  get pendingBytes(): number {
    return this.#pendingBytes;
  }

  /** More than half of the budget waits to be applied. */
  get isTight(): boolean {
    return this.#pendingBytes > tightShare * this.#sides.budgetBytes;
  }

  /** Rejects a run where all that can be applied is, and still more than the budget waits: a part of a transaction, whose end is not taken then. */
  mustHaveRoom(): void {
    const { budgetBytes } = this.#sides;
    if (this.#pendingBytes > budgetBytes) throw budgetReached(budgetBytes);
  }

  /** A batch was applied, and so much is left to be. */
  applied(pendingBytes: number): void {
    this.#pendingBytes = pendingBytes;
    const isShorter = pendingBytes < this.#leastBytes;
    this.#leastBytes = this.isTight ? Math.min(this.#leastBytes, pendingBytes) : Number.POSITIVE_INFINITY;
    this.#withoutGain = isShorter || !this.isTight ? 0 : this.#withoutGain + 1;
    this.#changed();
  }

  /** While changes are being applied, more than the budget waits for them to get fewer. */
  async whileApplying<T>(work: () => Promise<T>): Promise<T> {
    this.#applying += 1;
    try {
      return await work();
    } finally {
      this.#applying -= 1;
      this.#changed();
    }
  }

  /** Resolves when more is in the Delta Log; rejects where that will not be. */
  async more(): Promise<void> {
    await Promise.race([new Promise<void>((resolve) => this.#waiting.push(resolve)), this.failed]);
  }

  /** Ends the stream, so that the slot is free. What has come is in the Delta Log then. */
  async stop(): Promise<void> {
    this.#isStopping = true;
    this.#changed();
    if (this.#error === undefined) await this.#sides.donor.call('pg.stream.hurry', {}).catch(() => undefined);
    await this.#running.catch(() => undefined);
    await this.#sides.donor.call('pg.stream.close', { flushedTo: this.#spooledTo, lane: streamLane });
    if (this.#error !== undefined) throw this.#error;
  }

  /** For a run that fails: it asks for nothing more. */
  leave(): void {
    this.#isStopping = true;
    this.#changed();
  }

  async #run(): Promise<void> {
    try {
      // What is written and what comes next are under way at the same time.
      let next = this.#take();
      while (!this.#isStopping) {
        const taken = await next;
        next = this.#take();
        next.catch(() => undefined);
        await this.#write(taken);
      }
      await this.#write(await next);
    } catch (error) {
      this.#error = error;
      throw error;
    }
  }

  #take() {
    return this.#sides.donor.call('pg.stream.take', {
      ...{ flushedTo: this.#spooledTo, maxBytes: takeBytes, waitMs, lane: streamLane },
    });
  }

  async #write({ result, parts }: Reply<'pg.stream.take'>): Promise<void> {
    if (result.bytes === 0) return;
    const { joiner } = this.#sides;
    const { result: written } = await joiner.call('pg.joiner.spool', { lane: streamLane }, parts);
    this.#spooledTo = written.spooledTo;
    this.#pendingBytes = written.pendingBytes;
    for (const wake of this.#waiting.splice(0)) wake();
    await this.#withinBudget();
  }

  /** Nothing more is taken while too much waits. Rejects where nobody applies it, or that does not help. */
  async #withinBudget(): Promise<void> {
    const { budgetBytes } = this.#sides;
    while (this.#pendingBytes > budgetBytes && !this.#isStopping) {
      if (this.#applying === 0 || this.#withoutGain >= mostWithoutGain) throw budgetReached(budgetBytes);
      await new Promise<void>((resolve) => {
        this.#changed = resolve;
      });
    }
  }
}

function budgetReached(budgetBytes: number): ForesyncError {
  return new ForesyncError(
    'stopped',
    'delta-budget-reached',
    `Writers are faster than the joiner: more than ${formatBytes(budgetBytes)} of changes, the budget of the Delta Log, wait to be applied.`,
    {
      hint: 'Run the same command again when there are fewer writes, or now with a larger --delta-budget.',
    },
  );
}
