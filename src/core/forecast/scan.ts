import { setImmediate } from 'node:timers/promises';
import type { AccessHistory, KeySeries } from '../history/access-history.ts';
import { DecayTable, middleHalfLife } from './decay-table.ts';
import { GroupVolume } from './group-volume.ts';
import { foldSeries, HottestKeys, holdouts, type StepGrid } from './hot-keys.ts';
import type { OnForecastProgress } from './progress.ts';
import { ScoreHistogram } from './score-histogram.ts';
import type { TimeGrid } from './time-grid.ts';

/** What one pass over the history leaves: a few numbers a key, and histograms of what each candidate's ranking was worth. */
export interface Scan {
  /** Keys seen before the origin. The typed arrays below run beside it and may be longer. */
  keys: string[];
  /** Decayed reads at the origin, one array a half-life. */
  scores: Float32Array[];
  /** Decayed writes at the origin, with the middle half-life. */
  writeScores: Float32Array;
  /** When the key was last read, to the millisecond where the history knows it; −Infinity for never. */
  lastReadMs: Float64Array;
  /** NaN where no log gave it. */
  sizeBytes: Float64Array;
  /** The replica that most reads of the key came to, as an index into the summary's; −1 without reads. */
  donors: Int32Array;
  /** `histograms[halfLife][origin]`. */
  histograms: ScoreHistogram[][];
  /** Over all backtest windows: writes that came, and decayed writes before. */
  writes: { came: number; scored: number };
  volume: GroupVolume;
  hot: HottestKeys;
}

export interface ScanOptions {
  halfLivesMs: number[];
  /** How many of the hottest keys to keep the series of. */
  hotKeys: number;
  steps: StepGrid;
  /** Index of the replica that wins where several have read a key equally often. */
  preferredDonor: number;
  signal?: AbortSignal | undefined;
  onProgress?: OnForecastProgress | undefined;
}

const keysPerTurn = 8192;

/** Reads the history once. Lets the event loop turn now and then, and rejects when the signal trips. */
export async function scanHistory(
  history: AccessHistory,
  grid: TimeGrid,
  options: ScanOptions,
): Promise<Scan> {
  const { keys: all } = history.summary();
  const pass = new Pass(all, grid, options);
  const tell = (done: number) => options.onProgress?.({ step: 'keys', done, all: Math.max(all, done) });
  let seen = 0;
  tell(seen);
  for (const series of history.series()) {
    pass.add(series);
    if (++seen % keysPerTurn === 0) {
      await setImmediate();
      options.signal?.throwIfAborted();
      tell(seen);
    }
  }
  tell(seen);
  return pass.scan;
}

class Pass {
  readonly scan: Scan;
  readonly #grid: TimeGrid;
  readonly #options: ScanOptions;
  readonly #tables: DecayTable[];
  readonly #decayed: Float64Array;
  /** Reads of the current key in each window. */
  readonly #came: Float64Array;
  /** Decayed counts of the current key at each origin, `[origin * halfLives + halfLife]`. */
  readonly #earlier: Float64Array;

  constructor(keys: number, grid: TimeGrid, options: ScanOptions) {
    const span = grid.end - grid.first;
    this.#grid = grid;
    this.#options = options;
    this.#tables = options.halfLivesMs.map((ms) => new DecayTable(ms / grid.bucketMs, span));
    this.#decayed = new Float64Array(this.#tables.length);
    this.#came = new Float64Array(grid.origins.length);
    this.#earlier = new Float64Array(grid.origins.length * this.#tables.length);
    this.scan = {
      keys: [],
      scores: this.#tables.map(() => new Float32Array(keys)),
      writeScores: new Float32Array(keys),
      lastReadMs: new Float64Array(keys),
      sizeBytes: new Float64Array(keys),
      donors: new Int32Array(keys),
      histograms: this.#tables.map(() => grid.origins.map(() => new ScoreHistogram())),
      writes: { came: 0, scored: 0 },
      volume: new GroupVolume(grid.first, grid.end),
      hot: new HottestKeys(options.hotKeys),
    };
  }

  add(series: KeySeries): void {
    const { originMs, end, bucketMs } = this.#grid;
    // The origin's own bucket cannot be split: it counts where nothing of this key comes after the origin.
    const keyEnd = series.lastMs <= originMs ? end : end - 1;
    let length = series.buckets.length;
    while (length > 0 && series.buckets[length - 1]! >= keyEnd) length--;
    if (length === 0) return;
    const lastRead = this.#decayReads(series, length);
    const index = this.#store(series);
    if (series.lastReadMs !== undefined && series.lastReadMs <= originMs)
      this.scan.lastReadMs[index] = series.lastReadMs;
    else
      this.scan.lastReadMs[index] =
        lastRead === undefined ? Number.NEGATIVE_INFINITY : (lastRead + 1) * bucketMs;
    this.scan.writeScores[index] = this.#decayWrites(series, length);
    this.#keepIfHot(series, index);
  }

  /** Runs through the key's buckets, leaving its counts at every origin; returns the last bucket with a read. */
  #decayReads({ buckets, reads }: KeySeries, length: number): number | undefined {
    const { origins } = this.#grid;
    const decayed = this.#decayed.fill(0);
    this.#countWindows(buckets, reads, length);
    let origin = 0;
    while (origin < origins.length && origins[origin]! <= buckets[0]!) origin++;
    let last = buckets[0]!;
    let lastRead: number | undefined;
    for (let i = 0; i < length; i++) {
      const bucket = buckets[i]!;
      while (origin < origins.length && origins[origin]! <= bucket) this.#judge(origin++, last);
      const count = reads[i]!;
      if (count === 0) continue;
      const age = bucket - last;
      for (let h = 0; h < decayed.length; h++) decayed[h] = decayed[h]! * this.#tables[h]!.decay(age) + count;
      this.scan.volume.add(bucket, count);
      last = bucket;
      lastRead = bucket;
    }
    while (origin < origins.length) this.#judge(origin++, last);
    for (let h = 0; h < decayed.length; h++)
      decayed[h] = decayed[h]! * this.#tables[h]!.decay(this.#grid.end - last);
    return lastRead;
  }

  #countWindows(buckets: Int32Array, reads: Uint32Array, length: number): void {
    const { origins, horizonBuckets, fullEnd } = this.#grid;
    const came = this.#came.fill(0);
    const start = origins[0] ?? fullEnd;
    for (let i = length - 1; i >= 0 && buckets[i]! >= start; i--) {
      if (buckets[i]! < fullEnd) came[Math.floor((buckets[i]! - start) / horizonBuckets)]! += reads[i]!;
    }
  }

  #judge(origin: number, last: number): void {
    const age = this.#grid.origins[origin]! - last;
    for (let h = 0; h < this.#decayed.length; h++) {
      const score = this.#decayed[h]! * this.#tables[h]!.decay(age);
      this.#earlier[origin * this.#decayed.length + h] = score;
      this.scan.histograms[h]![origin]!.add(score, this.#came[origin]!);
    }
  }

  #store(series: KeySeries): number {
    const { scan } = this;
    const index = scan.keys.length;
    if (index === scan.donors.length) growScan(scan);
    scan.keys.push(series.key);
    for (let h = 0; h < this.#decayed.length; h++) scan.scores[h]![index] = this.#decayed[h]!;
    scan.sizeBytes[index] = series.sizeBytes ?? Number.NaN;
    scan.donors[index] = donorOf(series.readsByReplica, this.#options.preferredDonor);
    return index;
  }

  #decayWrites({ buckets, writes }: KeySeries, length: number): number {
    const { origins, horizonBuckets, fullEnd, end } = this.#grid;
    const table = this.#tables[middleHalfLife]!;
    const start = origins[0] ?? fullEnd;
    let score = 0;
    for (let i = 0; i < length; i++) {
      const count = writes[i]!;
      if (count === 0) continue;
      const bucket = buckets[i]!;
      score += count * table.decay(end - bucket);
      for (const origin of origins)
        if (bucket < origin) this.scan.writes.scored += count * table.decay(origin - bucket);
      if (bucket >= start && bucket < start + origins.length * horizonBuckets) this.scan.writes.came += count;
    }
    return score;
  }

  #keepIfHot(series: KeySeries, index: number): void {
    const { hot } = this.scan;
    const score = this.#decayed[middleHalfLife]!;
    if (!hot.wants(score)) return;
    const halfLives = this.#tables.length;
    const from = Math.max(0, this.#grid.origins.length - holdouts) * halfLives;
    const known =
      this.#grid.origins.length >= holdouts &&
      Math.floor(series.firstMs / this.#grid.bucketMs) < this.#grid.origins.at(-holdouts)!;
    hot.add({
      index,
      score,
      series: foldSeries(series, this.#grid, this.#options.steps),
      earlierScores: known ? this.#earlier.slice(from) : new Float64Array(0),
    });
  }
}

/** The history may have grown since its keys were counted. */
function growScan(scan: Scan): void {
  const grown = <A extends Float32Array | Float64Array | Int32Array>(array: A, copy: A): A => {
    copy.set(array);
    return copy;
  };
  const length = Math.max(64, scan.donors.length * 2);
  scan.scores = scan.scores.map((scores) => grown(scores, new Float32Array(length)));
  scan.writeScores = grown(scan.writeScores, new Float32Array(length));
  scan.lastReadMs = grown(scan.lastReadMs, new Float64Array(length));
  scan.sizeBytes = grown(scan.sizeBytes, new Float64Array(length));
  scan.donors = grown(scan.donors, new Int32Array(length));
}

function donorOf(reads: number[], preferred: number): number {
  let best = -1;
  let most = 0;
  for (let i = 0; i < reads.length; i++) {
    if (reads[i]! > most || (reads[i] === most && most > 0 && i === preferred)) [best, most] = [i, reads[i]!];
  }
  return best;
}
