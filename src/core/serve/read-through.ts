import type { Clock } from '../clock.ts';
import type { RowKey } from '../row-key.ts';

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

/** `no-donor`: nobody who knows can be asked now; `busy`: too many keys are waited for. */
export type WhyUnavailable = 'no-donor' | 'busy';

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
  /** What may be older is fetched anew. */
  maxStalenessMs: number;
}

/** Keys that are waited for at a time; a joiner that is asked for more says that it cannot. */
const maxWaitingKeys = 10_000;
const maxBatchKeys = 500;
/** A batch is asked for while others are on their way: they share the link's delay. */
const maxBatches = 4;

interface Miss extends TableKey {
  settle(outcome: Outcome): void;
  outcome: Promise<Outcome>;
}

/** Answers reads from the joiner, and has what it does not know yet fetched from the lead: however many ask for a key, once. */
export class ReadThrough {
  readonly #options: ReadThroughOptions;
  readonly #misses = new Map<string, Miss>();
  readonly #batches = new Map<number, { misses: Miss[]; askedMs: number }>();
  #queue: Miss[] = [];
  #lastBatch = 0;
  #isFlushing = false;
  #isClosed = false;

  constructor(options: ReadThroughOptions) {
    this.#options = options;
  }

  async read(key: RowKey): Promise<Outcome> {
    const { find, clock, maxStalenessMs } = this.#options;
    const known = find(key);
    if (known.kind === 'foreign') return known;
    const isHit = known.kind !== 'unknown' && clock.nowMs() - known.asOfMs <= maxStalenessMs;
    return isHit ? { ...known, from: 'joiner', isHit } : this.#fetched(known);
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
    const misses = this.#take(batch);
    this.#queue.unshift(...misses.slice(keysRead));
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
        isTold(known) ? { ...known, from: 'joiner', isHit: false } : unavailable(miss.key, 'no-donor'),
      );
    }
    this.#flush();
  }

  /** Nobody is asked any more; what is here is answered all the same. */
  close(): void {
    this.#isClosed = true;
    for (const miss of [...this.#misses.values()]) miss.settle(unavailable(miss.key, 'no-donor'));
    this.#queue = [];
    this.#batches.clear();
  }

  #fetched({ key, name }: TableKey): Promise<Outcome> {
    const waiting = this.#misses.get(name);
    if (waiting) return waiting.outcome;
    if (this.#isClosed) return Promise.resolve(unavailable(key, 'no-donor'));
    if (this.#misses.size >= maxWaitingKeys) return Promise.resolve(unavailable(key, 'busy'));
    let settle: Miss['settle'] = () => undefined;
    const outcome = new Promise<Outcome>((resolve) => {
      settle = (settled) => {
        this.#misses.delete(name);
        resolve(settled);
      };
    });
    const miss = { key, name, settle, outcome };
    this.#misses.set(name, miss);
    this.#queue.push(miss);
    // Keys that are asked for at the same moment travel together.
    if (!this.#isFlushing) setImmediate(() => this.#flush());
    this.#isFlushing = true;
    return outcome;
  }

  #flush(): void {
    this.#isFlushing = false;
    while (this.#queue.length > 0 && this.#batches.size < maxBatches) {
      const misses = this.#queue.splice(0, maxBatchKeys);
      const batch = ++this.#lastBatch;
      this.#batches.set(batch, { misses, askedMs: this.#options.clock.nowMs() });
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

function unavailable(key: RowKey, why: WhyUnavailable): Outcome {
  return { kind: 'unavailable', key, why };
}
