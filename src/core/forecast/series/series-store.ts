import { setImmediate } from 'node:timers/promises';
import type { AccessHistory, KeySeries } from '../../history/access-history.ts';
import type { OnForecastProgress } from '../progress.ts';
import type { TimeGrid } from '../time-grid.ts';

/**
 * All accesses of the history before the origin, in columns: key k's buckets lie at `offsets[k]` to `offsets[k + 1]`. The
 * columns are shared memory, so that threads read them without a copy. Keys first accessed after the origin are not in it.
 */
export interface SeriesStore extends SeriesColumns {
  /** Names of the keys, beside the columns. */
  names: string[];
}

export interface SeriesColumns {
  keys: number;
  offsets: Uint32Array;
  /** Bucket numbers, ascending within a key. */
  buckets: Int32Array;
  reads: Uint32Array;
  writes: Uint32Array;
  /** By key. */
  firstMs: Float64Array;
  /** When the key was last read, to the millisecond where the history knows it; −Infinity for never. */
  lastReadMs: Float64Array;
  /** NaN where no log gave it. */
  sizeBytes: Float64Array;
  /** The replica that most reads of the key came to, as an index into the summary's; −1 without reads. */
  donors: Int32Array;
}

const keysPerTurn = 8192;
/** So many are made room for at once; memory that nothing is written to is not taken. */
const mostEntriesAKey = 32;

/** Reads the history once. Lets the event loop turn now and then, and rejects when the signal trips. */
export async function loadSeries(
  history: AccessHistory,
  grid: TimeGrid,
  options: {
    /** Index of the replica that wins where several have read a key equally often. */
    preferredDonor: number;
    signal?: AbortSignal | undefined;
    onProgress?: OnForecastProgress | undefined;
  },
): Promise<SeriesStore> {
  const { keys: all, events } = history.summary();
  const entries = Math.min(events, all * mostEntriesAKey);
  const loader = new Loader(grid, { keys: all, entries }, options.preferredDonor);
  const tell = (done: number) => options.onProgress?.({ step: 'keys', done, all: Math.max(all, done) });
  let seen = 0;
  tell(seen);
  for (const series of history.series()) {
    loader.add(series);
    if (++seen % keysPerTurn === 0) {
      await setImmediate();
      options.signal?.throwIfAborted();
      tell(seen);
    }
  }
  tell(seen);
  return loader.store();
}

class Loader {
  readonly #grid: TimeGrid;
  readonly #preferredDonor: number;
  readonly #names: string[] = [];
  #offsets: Uint32Array;
  #firstMs: Float64Array;
  #lastReadMs: Float64Array;
  #sizeBytes: Float64Array;
  #donors: Int32Array;
  #buckets: Int32Array;
  #reads: Uint32Array;
  #writes: Uint32Array;
  #length = 0;

  constructor(grid: TimeGrid, { keys, entries }: { keys: number; entries: number }, preferredDonor: number) {
    this.#grid = grid;
    this.#preferredDonor = preferredDonor;
    this.#offsets = shared(Uint32Array, keys + 1);
    this.#firstMs = shared(Float64Array, keys);
    this.#lastReadMs = shared(Float64Array, keys);
    this.#sizeBytes = shared(Float64Array, keys);
    this.#donors = shared(Int32Array, keys);
    this.#buckets = shared(Int32Array, entries);
    this.#reads = shared(Uint32Array, entries);
    this.#writes = shared(Uint32Array, entries);
  }

  add(series: KeySeries): void {
    const { originMs, end, bucketMs } = this.#grid;
    // The origin's own bucket cannot be split: it counts where nothing of this key comes after the origin.
    const keyEnd = series.lastMs <= originMs ? end : end - 1;
    let length = series.buckets.length;
    while (length > 0 && series.buckets[length - 1]! >= keyEnd) length--;
    if (length === 0) return;
    const key = this.#names.push(series.key) - 1;
    if (key + 1 >= this.#offsets.length) this.#growKeys();
    while (this.#length + length > this.#buckets.length) this.#growEntries();
    let lastRead = Number.NEGATIVE_INFINITY;
    for (let i = 0; i < length; i++) {
      const at = this.#length++;
      this.#buckets[at] = series.buckets[i]!;
      this.#reads[at] = series.reads[i]!;
      this.#writes[at] = series.writes[i]!;
      if (series.reads[i]! > 0) lastRead = (series.buckets[i]! + 1) * bucketMs;
    }
    this.#offsets[key + 1] = this.#length;
    this.#firstMs[key] = series.firstMs;
    this.#lastReadMs[key] =
      series.lastReadMs !== undefined && series.lastReadMs <= originMs ? series.lastReadMs : lastRead;
    this.#sizeBytes[key] = series.sizeBytes ?? Number.NaN;
    this.#donors[key] = donorOf(series.readsByReplica, this.#preferredDonor);
  }

  store(): SeriesStore {
    const keys = this.#names.length;
    return {
      names: this.#names,
      keys,
      offsets: this.#offsets.subarray(0, keys + 1),
      buckets: this.#buckets.subarray(0, this.#length),
      reads: this.#reads.subarray(0, this.#length),
      writes: this.#writes.subarray(0, this.#length),
      firstMs: this.#firstMs.subarray(0, keys),
      lastReadMs: this.#lastReadMs.subarray(0, keys),
      sizeBytes: this.#sizeBytes.subarray(0, keys),
      donors: this.#donors.subarray(0, keys),
    };
  }

  /** The history may have grown since its keys were counted. */
  #growKeys(): void {
    const keys = Math.max(64, this.#donors.length * 2);
    this.#offsets = grown(this.#offsets, shared(Uint32Array, keys + 1));
    this.#firstMs = grown(this.#firstMs, shared(Float64Array, keys));
    this.#lastReadMs = grown(this.#lastReadMs, shared(Float64Array, keys));
    this.#sizeBytes = grown(this.#sizeBytes, shared(Float64Array, keys));
    this.#donors = grown(this.#donors, shared(Int32Array, keys));
  }

  #growEntries(): void {
    const entries = Math.max(1024, Math.ceil(this.#buckets.length * 1.5));
    this.#buckets = grown(this.#buckets, shared(Int32Array, entries));
    this.#reads = grown(this.#reads, shared(Uint32Array, entries));
    this.#writes = grown(this.#writes, shared(Uint32Array, entries));
  }
}

function shared<A>(
  type: { new (buffer: SharedArrayBuffer): A; BYTES_PER_ELEMENT: number },
  length: number,
): A {
  return new type(new SharedArrayBuffer(Math.max(1, length) * type.BYTES_PER_ELEMENT));
}

function grown<A extends Float64Array | Int32Array | Uint32Array>(from: A, into: A): A {
  into.set(from);
  return into;
}

/** The replica with the most reads of the key; of equal ones the preferred, then the first of the summary. */
function donorOf(readsByReplica: number[], preferred: number): number {
  let best = -1;
  let most = 0;
  for (let r = 0; r < readsByReplica.length; r++) {
    const reads = readsByReplica[r]!;
    if (reads > most || (reads === most && reads > 0 && r === preferred)) [best, most] = [r, reads];
  }
  return best;
}
