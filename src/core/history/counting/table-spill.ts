import type { KeyAccesses } from '../key-accesses.ts';
import { orderHash } from '../segments/order-hash.ts';
import { RowAccesses } from '../segments/row-accesses.ts';
import { SpillFile } from '../segments/spill.ts';
import { TrafficTotals } from '../segments/traffic-totals.ts';
import { type BucketSeries, mergeSeries } from '../series-codec.ts';
import { type KeySketch, mergeSketch } from '../sketch/key-sketch.ts';
import type { BatchTotals } from './access-batch.ts';
import type { SpilledBatch } from './event-counter.ts';
import { sortByNumber } from './sort-by-number.ts';

/** Keys of one replica that somebody else counted, and was to keep no rows of. */
export interface ColdBatch {
  replica: string;
  sketch: KeySketch;
  /** All their accesses. */
  traffic: BucketSeries;
}

/** Takes what somebody else counted of a replica's keys. */
export interface CountedKeys {
  /** Keys that are kept, each once. */
  page(keys: readonly KeyAccesses[]): void;
  /** Keys that are not; the sketch is the receiver's. */
  cold(sketch: KeySketch, traffic: BucketSeries): void;
}

/** Sets aside what somebody else counted, until it is merged into the history. */
export class TableSpill {
  readonly batches: SpilledBatch[] = [];
  readonly #settings: { bucketMs: number; spillPath: string; ranges: number };
  readonly #cold = new Map<string, ColdBatch>();
  #file: SpillFile | undefined;

  /** `spillPath` must not exist. */
  constructor(settings: { bucketMs: number; spillPath: string; ranges: number }) {
    this.#settings = settings;
  }

  get cold(): ColdBatch[] {
    return [...this.#cold.values()];
  }

  of(replica: string): CountedKeys {
    return {
      page: (keys) => this.#spill(replica, keys),
      cold: (sketch, traffic) => {
        const known = this.#cold.get(replica);
        if (known) mergeSketch(sketch, known.sketch);
        const all = known ? mergeSeries(known.traffic, traffic) : traffic;
        this.#cold.set(replica, { replica, sketch, traffic: all });
      },
    };
  }

  close(): void {
    this.#file?.close();
    this.#file = undefined;
  }

  #spill(replica: string, keys: readonly KeyAccesses[]): void {
    if (keys.length === 0) return;
    const { bucketMs, spillPath, ranges } = this.#settings;
    this.#file ??= new SpillFile(spillPath, ranges);
    const bytes = keys.map(({ key }) => Buffer.from(key));
    const hashes = Uint32Array.from(bytes, (key) => orderHash(key, 0, key.length));
    const order = sortByNumber(hashes, (a, b) => Buffer.compare(bytes[a] as Buffer, bytes[b] as Buffer));
    const row = new RowAccesses();
    const rows = this.#file.spill(replica, bucketMs, (add) => {
      for (const place of order) {
        fill(row, keys[place] as KeyAccesses);
        const key = bytes[place] as Buffer;
        add(hashes[place] as number, key, 0, key.length, row);
      }
    });
    this.batches.push({ ...totalsOf(keys, bucketMs), rows });
  }
}

function fill(row: RowAccesses, accesses: KeyAccesses): void {
  const { series, length, firstMs, lastMs, lastReadMs, sizeBytes } = accesses;
  row.clear();
  for (let i = 0; i < length; i++)
    row.push(series.buckets[i] as number, series.reads[i] as number, series.writes[i] as number);
  row.firstMs = firstMs;
  row.lastMs = lastMs;
  row.lastReadMs = lastReadMs ?? -1;
  row.sizeBytes = sizeBytes ?? -1;
}

function totalsOf(keys: readonly KeyAccesses[], bucketMs: number): BatchTotals {
  let [firstMs, lastMs, reads, writes] = [Number.POSITIVE_INFINITY, 0, 0, 0];
  for (const key of keys) {
    firstMs = Math.min(firstMs, key.firstMs);
    lastMs = Math.max(lastMs, key.lastMs);
    reads += key.reads;
    writes += key.writes;
  }
  const traffic = new TrafficTotals(bucketMs, firstMs, lastMs);
  for (const { series, length } of keys)
    for (let i = 0; i < length; i++)
      traffic.add(series.buckets[i] as number, series.reads[i] as number, series.writes[i] as number);
  return { firstMs, lastMs, reads, writes, traffic: traffic.series() };
}
