import type { RowAccesses } from './row-accesses.ts';

const dayMs = 86_400_000;
const hourMs = 3_600_000;

/** How many keys are shown as the hottest. */
const hottestKept = 10;

export interface HottestKey {
  key: string;
  reads: number;
  writes: number;
  sizeBytes: number | undefined;
}

/** `KeyCensus` as plain data. Pairs are [what, number of keys]. */
export interface StoredCensus {
  levels: [reads: number, keys: number][];
  newByDay: [day: number, keys: number][];
  activeByHour: [hour: number, keys: number][];
  activeByDay: [day: number, keys: number][];
  lastByHour: [hour: number, keys: number][];
  keysAt: [replica: number, keys: number][];
  onlyAt: [replica: number, keys: number][];
  hottest: HottestKey[];
}

/** One key over all replicas, and which replicas those are. */
export interface KeyAtReplicas {
  accesses: RowAccesses;
  replicas: readonly number[];
}

/**
 * Counts of keys, kept up to date key by key as rows are merged, so that nobody has to pass over the whole history to know them. Hours and days
 * count from the epoch, UTC.
 */
export class KeyCensus {
  /** Keys by how often they were read. */
  readonly levels = new Map<number, number>();
  /** Keys by the day of their first access. */
  readonly newByDay = new Map<number, number>();
  /** Distinct keys that were accessed in an hour, and on a day. What comes late, of a time of which keys keep days only, counts in no hour. */
  readonly activeByHour = new Map<number, number>();
  readonly activeByDay = new Map<number, number>();
  /** Keys by the hour of their last access. */
  readonly lastByHour = new Map<number, number>();
  readonly keysAt = new Map<number, number>();
  /** Keys that no other replica has. */
  readonly onlyAt = new Map<number, number>();
  hottest: HottestKey[] = [];

  static from(stored: StoredCensus): KeyCensus {
    const census = new KeyCensus();
    census.merge(stored);
    return census;
  }

  /** Adds the census of other keys, or of what changed for them. */
  merge(other: StoredCensus): void {
    for (const name of counted) for (const [at, keys] of other[name]) add(this[name], at, keys);
    for (const key of other.hottest) this.#offer(key);
  }

  stored(): StoredCensus {
    const pairs = Object.fromEntries(
      counted.map((name) => [
        name,
        [...this[name]].filter(([, keys]) => keys !== 0).sort(([a], [b]) => a - b),
      ]),
    ) as Omit<StoredCensus, 'hottest'>;
    return { ...pairs, hottest: this.hottest };
  }

  /**
   * Takes what came of a key. `before` is what the history had of it. `text` is asked for the key where it is one of the hottest. Accesses before the
   * bucket `daysBefore` have lost their hours.
   */
  update(
    before: KeyAtReplicas | undefined,
    added: KeyAtReplicas,
    bucketMs: number,
    daysBefore: number,
    text: () => string,
  ): void {
    const addedReads = added.accesses.totalReads();
    const reads = addedReads + (before?.accesses.totalReads() ?? 0);
    this.#countKey(before, added, reads, addedReads);
    this.#countActive(before?.accesses, added.accesses, bucketMs, daysBefore);
    if (this.#isHot(reads, text)) {
      const writes = added.accesses.totalWrites() + (before?.accesses.totalWrites() ?? 0);
      const sizeBytes = sizeOf(latestSize(before?.accesses, added.accesses));
      this.#offer({ key: text(), reads, writes, sizeBytes });
    }
  }

  /** Where some are given up, the hottest are found anew among those that are kept. */
  keep({ accesses }: KeyAtReplicas, text: () => string): void {
    const reads = accesses.totalReads();
    if (this.#isHot(reads, text))
      this.#offer({
        key: text(),
        reads,
        writes: accesses.totalWrites(),
        sizeBytes: sizeOf(accesses.sizeBytes),
      });
  }

  /** Takes a key out that is no longer kept. What it did on its days remains. */
  forget({ accesses, replicas }: KeyAtReplicas): void {
    add(this.levels, accesses.totalReads(), -1);
    add(this.lastByHour, hourOf(accesses.lastMs), -1);
    for (const replica of replicas) add(this.keysAt, replica, -1);
    if (replicas.length === 1) add(this.onlyAt, replicas[0] as number, -1);
  }

  #countKey(
    before: KeyAtReplicas | undefined,
    added: KeyAtReplicas,
    reads: number,
    addedReads: number,
  ): void {
    add(this.levels, reads, 1);
    const lastMs = Math.max(added.accesses.lastMs, before?.accesses.lastMs ?? 0);
    add(this.lastByHour, hourOf(lastMs), 1);
    if (!before) {
      add(this.newByDay, dayOf(added.accesses.firstMs), 1);
      for (const replica of added.replicas) add(this.keysAt, replica, 1);
      if (added.replicas.length === 1) add(this.onlyAt, added.replicas[0] as number, 1);
      return;
    }
    add(this.levels, reads - addedReads, -1);
    add(this.lastByHour, hourOf(before.accesses.lastMs), -1);
    if (dayOf(added.accesses.firstMs) < dayOf(before.accesses.firstMs)) {
      add(this.newByDay, dayOf(before.accesses.firstMs), -1);
      add(this.newByDay, dayOf(added.accesses.firstMs), 1);
    }
    const fresh = added.replicas.filter((replica) => !before.replicas.includes(replica));
    for (const replica of fresh) add(this.keysAt, replica, 1);
    if (before.replicas.length === 1 && fresh.length > 0) add(this.onlyAt, before.replicas[0] as number, -1);
  }

  #countActive(
    before: RowAccesses | undefined,
    added: RowAccesses,
    bucketMs: number,
    daysBefore: number,
  ): void {
    const perHour = hourMs / bucketMs;
    let day = -1;
    let hour = -1;
    for (let i = 0; i < added.length; i++) {
      const bucket = added.buckets[i] as number;
      const nextHour = Math.floor(bucket / perHour);
      if (nextHour === hour) continue;
      hour = nextHour;
      if (bucket >= daysBefore && !hasBucket(before, hour * perHour, perHour))
        add(this.activeByHour, hour, 1);
      const nextDay = Math.floor(hour / 24);
      if (nextDay === day) continue;
      day = nextDay;
      if (!hasBucket(before, day * 24 * perHour, 24 * perHour)) add(this.activeByDay, day, 1);
    }
  }

  #isHot(reads: number, text: () => string): boolean {
    const last = this.hottest[hottestKept - 1];
    return !last || reads > last.reads || (reads === last.reads && text() < last.key);
  }

  #offer(key: HottestKey): void {
    this.hottest = this.hottest.filter((other) => other.key !== key.key);
    this.hottest.push(key);
    this.hottest.sort((a, b) => b.reads - a.reads || (a.key < b.key ? -1 : 1));
    this.hottest.length = Math.min(this.hottest.length, hottestKept);
  }
}

const counted = [
  'levels',
  'newByDay',
  'activeByHour',
  'activeByDay',
  'lastByHour',
  'keysAt',
  'onlyAt',
] as const;

function add(counts: Map<number, number>, at: number, keys: number): void {
  counts.set(at, (counts.get(at) ?? 0) + keys);
}

function hourOf(timeMs: number): number {
  return Math.floor(timeMs / hourMs);
}

function dayOf(timeMs: number): number {
  return Math.floor(timeMs / dayMs);
}

function sizeOf(sizeBytes: number): number | undefined {
  return sizeBytes < 0 ? undefined : sizeBytes;
}

function latestSize(before: RowAccesses | undefined, added: RowAccesses): number {
  if (!before) return added.sizeBytes;
  const [later, earlier] = added.lastMs >= before.lastMs ? [added, before] : [before, added];
  return later.sizeBytes >= 0 ? later.sizeBytes : earlier.sizeBytes;
}

/** Whether there is a bucket in [from, from + width). */
function hasBucket(accesses: RowAccesses | undefined, from: number, width: number): boolean {
  if (!accesses) return false;
  let low = 0;
  let high = accesses.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((accesses.buckets[middle] as number) < from) low = middle + 1;
    else high = middle;
  }
  return low < accesses.length && (accesses.buckets[low] as number) < from + width;
}
