import type { Clock, Wait } from '../clock.ts';
import type { RowKey } from '../row-key.ts';
import { MissDeadline } from './miss-deadline.ts';

/**
 * By what a row, or the knowledge that there is none, came to a joiner first: planned rows, the snapshot, a reader's miss, or a round of the Delta Log,
 * which is how a new key comes.
 */
export type Origin = 'plan' | 'snapshot' | 'read-through' | 'delta';

/** A key as the table has it, however it was asked for. `name` is the same for all keys that find the same row. */
export interface TableKey {
  key: RowKey;
  name: string;
}

/**
 * What a joiner knows of a key by itself. `asOfMs`: what it says was so at the lead at that time, or later; `watermark` is the last change of the lead's that it is known to
 * have seen. `by` is undefined where it is not known any more.
 */
export type Known =
  | ({ kind: 'row'; json: string; watermark: number; asOfMs: number; by: Origin | undefined } & TableKey)
  /** There is no such row. */
  | ({ kind: 'none'; watermark: number; asOfMs: number; by: Origin | undefined } & TableKey)
  /** It may be one of those that have not come yet. */
  | ({ kind: 'unknown' } & TableKey)
  /** No row of the table can have it. */
  | { kind: 'foreign' };

/**
 * `no-donor`: nobody who knows can be asked now; `late`: who was asked does not answer in time; `stale`: what is here is older than wanted, and one of these; `busy`: too
 * many keys are waited for.
 */
export type WhyUnavailable = 'no-donor' | 'late' | 'stale' | 'busy';

export type Outcome =
  | (Extract<Known, { kind: 'row' }> & Told)
  | (Extract<Known, { kind: 'none' }> & Told)
  | { kind: 'foreign' }
  | { kind: 'unavailable'; key: RowKey; why: WhyUnavailable };

/** `isHit`: it was known when it was asked for. It may have come with the sync while it was waited for. */
interface Told {
  from: 'joiner' | 'donor';
  isHit: boolean;
}

export interface ReadThroughOptions {
  find(key: RowKey): Known;
  /** Has the rows of keys fetched from the lead and stored, which `came` or `failed` is told of then. */
  ask(batch: number, keys: readonly RowKey[]): void;
  clock: Clock;
  /** Measures how long readers wait. */
  steadyClock: Clock;
  wait: Wait;
  /** What may be older is fetched anew, and not answered. */
  maxStalenessMs: number;
}

/** Keys that are waited for at a time; a joiner that is asked for more says that it cannot. */
const maxWaitingKeys = 10_000;
const maxBatchKeys = 500;
/** A batch is asked for while others are on their way: they share the link's delay. */
const maxBatches = 4;
/** Whether somebody waits for too long. */
const lookEveryMs = 200;

interface Batch {
  misses: Miss[];
  askedMs: number;
  /** By the steady clock. */
  sentMs: number;
}

interface Miss extends TableKey {
  /** Something is here, which is too old. */
  isStale: boolean;
  /** By the steady clock. */
  untilMs: number;
  settle(outcome: Outcome): void;
  outcome: Promise<Outcome>;
}

/** Answers reads from the joiner, and has what it does not know yet fetched from the lead: however many ask for a key, once. */
export class ReadThrough {
  readonly #options: ReadThroughOptions;
  readonly #misses = new Map<string, Miss>();
  readonly #batches = new Map<number, Batch>();
  readonly #deadline = new MissDeadline();
  readonly #ending = new AbortController();
  #queue: Miss[] = [];
  #lastBatch = 0;
  #isFlushing = false;
  #isWatching = false;

  constructor(options: ReadThroughOptions) {
    this.#options = options;
  }

  async read(key: RowKey): Promise<Outcome> {
    const known = this.#options.find(key);
    if (known.kind === 'foreign') return known;
    if (this.#isFresh(known)) return { ...known, from: 'joiner', isHit: true };
    return this.#fetched(known, isTold(known));
  }

  get keysUnderWay(): number {
    return this.#misses.size;
  }

  /** A batch that was asked for: its keys, and when. Undefined where it is none, or was settled. */
  asked(batch: number): { keys: RowKey[]; askedMs: number } | undefined {
    const found = this.#batches.get(batch);
    return found && { keys: found.misses.map(({ key }) => key), askedMs: found.askedMs };
  }

  /** The first `keysRead` keys of a batch were read at the lead, and their rows are stored; the others are asked for again. */
  came(batch: number, { keysRead, watermark }: { keysRead: number; watermark: number }): void {
    const sentMs = this.#batches.get(batch)?.sentMs;
    if (sentMs !== undefined) this.#deadline.took(this.#options.steadyClock.nowMs() - sentMs);
    const misses = this.#take(batch);
    this.#queue.unshift(...misses.slice(keysRead).filter((miss) => this.#isWaited(miss)));
    const asOfMs = this.#options.clock.nowMs();
    for (const miss of misses.slice(0, keysRead)) {
      const known = this.#options.find(miss.key);
      const fetched = { from: 'donor', isHit: false, by: 'read-through' } as const;
      const { key, name } = miss;
      miss.settle(
        isTold(known) ? { ...known, ...fetched } : { kind: 'none', key, name, watermark, asOfMs, ...fetched },
      );
    }
    this.#flush();
  }

  /** The lead cannot be asked now, or need not be any more: then it is known here by now. */
  failed(batch: number): void {
    for (const miss of this.#take(batch)) {
      const known = this.#options.find(miss.key);
      miss.settle(
        this.#isFresh(known) ? { ...known, from: 'joiner', isHit: false } : unavailable(miss, 'no-donor'),
      );
    }
    this.#flush();
  }

  /** Nobody is asked any more; what is here is answered all the same. */
  close(): void {
    this.#ending.abort();
    for (const miss of [...this.#misses.values()]) miss.settle(unavailable(miss, 'no-donor'));
    this.#queue = [];
    this.#batches.clear();
  }

  #isFresh(known: Known): known is Known & { kind: 'row' | 'none' } {
    const { clock, maxStalenessMs } = this.#options;
    return isTold(known) && clock.nowMs() - known.asOfMs <= maxStalenessMs;
  }

  #fetched({ key, name }: TableKey, isStale: boolean): Promise<Outcome> {
    const waiting = this.#misses.get(name);
    if (waiting) return waiting.outcome;
    const why = this.#whyNotFetched();
    if (why) return Promise.resolve(unavailable({ key, isStale }, why));
    const { promise: outcome, resolve } = Promise.withResolvers<Outcome>();
    const miss: Miss = {
      ...{ key, name, isStale, outcome },
      untilMs: this.#options.steadyClock.nowMs() + this.#deadline.ms,
      settle: (settled) => {
        if (this.#isWaited(miss)) this.#misses.delete(name);
        resolve(settled);
      },
    };
    this.#misses.set(name, miss);
    this.#queue.push(miss);
    // Keys that are asked for at the same moment travel together.
    if (!this.#isFlushing) setImmediate(() => this.#flush());
    this.#isFlushing = true;
    if (!this.#isWatching) void this.#watch();
    return outcome;
  }

  #whyNotFetched(): WhyUnavailable | undefined {
    if (this.#ending.signal.aborted) return 'no-donor';
    if (this.#misses.size >= maxWaitingKeys) return 'busy';
    // Readers of other keys would wait as much in vain.
    const overdueMs = this.#options.steadyClock.nowMs() - this.#deadline.ms;
    return [...this.#batches.values()].some(({ sentMs }) => sentMs <= overdueMs) ? 'late' : undefined;
  }

  #isWaited(miss: Miss): boolean {
    return this.#misses.get(miss.name) === miss;
  }

  /** Gives up for readers whose time is over, as long as any wait. What was asked for for them is stored when it comes. */
  async #watch(): Promise<void> {
    const { steadyClock, wait } = this.#options;
    this.#isWatching = true;
    while (this.#misses.size > 0) {
      await wait(lookEveryMs, this.#ending.signal);
      const nowMs = steadyClock.nowMs();
      const late = [...this.#misses.values()].filter(({ untilMs }) => untilMs <= nowMs);
      for (const miss of late) miss.settle(unavailable(miss, 'late'));
      if (late.length > 0) this.#queue = this.#queue.filter((miss) => this.#isWaited(miss));
    }
    this.#isWatching = false;
  }

  #flush(): void {
    this.#isFlushing = false;
    while (this.#queue.length > 0 && this.#batches.size < maxBatches) {
      const misses = this.#queue.splice(0, maxBatchKeys);
      const batch = ++this.#lastBatch;
      this.#batches.set(batch, {
        misses,
        askedMs: this.#options.clock.nowMs(),
        sentMs: this.#options.steadyClock.nowMs(),
      });
      this.#options.ask(
        batch,
        misses.map(({ key }) => key),
      );
    }
  }

  #take(batch: number): Miss[] {
    const { misses } = this.#batches.get(batch) ?? { misses: [] };
    this.#batches.delete(batch);
    return misses;
  }
}

function isTold(known: Known): known is Known & { kind: 'row' | 'none' } {
  return known.kind === 'row' || known.kind === 'none';
}

function unavailable({ key, isStale }: Pick<Miss, 'key' | 'isStale'>, why: WhyUnavailable): Outcome {
  return { kind: 'unavailable', key, why: isStale ? 'stale' : why };
}
