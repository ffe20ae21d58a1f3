import type { ClickHouseServer } from '../../access-log/clickhouse/server.ts';
import type { KeyAccesses } from '../key-accesses.ts';
import type { BucketSeries } from '../series-codec.ts';
import { emptySketch, type KeySketch } from '../sketch/key-sketch.ts';
import { addColdKeys } from './cold-keys.ts';
import type { EventQueries, Part } from './event-query.ts';
import { countKeys, findHotLevel } from './hot-keys.ts';
import { keyPages } from './key-pages.ts';
import type { Overview } from './overview.ts';
import type { PassProgress } from './pass-progress.ts';
import { type PartLimits, partsOf, type Slice } from './slices.ts';

export interface SliceOptions {
  bucketMs: number;
  maxKeys: number;
  limits: PartLimits;
  /** Takes the keys that are kept, page by page. */
  onPage: (page: KeyAccesses[]) => void;
  progress: PassProgress;
}

/** The keys of a slice that are not kept one by one. */
export interface SliceColdKeys {
  sketch: KeySketch;
  /** All their accesses. */
  traffic: BucketSeries;
}

/** Beyond this, the estimate of how many keys there are may be below the truth. */
const estimateMargin = 1.05;

/**
 * Counts a slice's events by key. The `maxKeys` keys with the most reads go to `onPage`; what is left is returned, undefined where
 * nothing is. Every key is counted by one query, so it sees each of its events once, whatever is inserted meanwhile.
 */
export async function countSlice(
  server: ClickHouseServer,
  queries: EventQueries,
  overview: Overview,
  slice: Slice,
  options: SliceOptions,
): Promise<SliceColdKeys | undefined> {
  const { bucketMs, maxKeys, limits, onPage, progress } = options;
  const whole = { fromMs: slice.fromMs, toMs: slice.toMs, part: 0, parts: 1 };
  const keys = await countKeys(server, queries, whole);
  const parts = split(whole, partsOf(slice.events, keys, limits));
  const mayHaveCold = keys * estimateMargin > maxKeys;
  progress.plan(parts.length * slice.events * (mayHaveCold ? 3 : 1));
  progress.passed(slice.events);
  const level = mayHaveCold ? await findHotLevel(server, queries, parts, maxKeys) : undefined;
  if (mayHaveCold) progress.passed(parts.length * slice.events);
  const cold = level && new ColdCount(overview, slice);
  for (const part of parts) {
    for await (const page of keyPages(server, queries, part, level, bucketMs)) {
      cold?.takeOut(page);
      onPage(page);
    }
    if (level && cold) await addColdKeys(server, queries, part, level, cold.keys);
    progress.passed(slice.events * (mayHaveCold ? 2 : 1));
  }
  return cold?.found();
}

function split(whole: Part, parts: number): Part[] {
  return Array.from({ length: parts }, (_, part) => ({ ...whole, part, parts }));
}

/** The cold keys of a slice. Their events by bucket are all events less those of keys that are kept. */
class ColdCount {
  readonly keys = emptySketch();
  readonly #buckets: number[];
  readonly #reads: number[];
  readonly #writes: number[];
  readonly #places: Map<number, number>;

  constructor(overview: Overview, { begin, end }: Slice) {
    this.#buckets = overview.buckets.slice(begin, end);
    this.#reads = overview.reads.slice(begin, end);
    this.#writes = overview.writes.slice(begin, end);
    this.#places = new Map(this.#buckets.map((bucket, place) => [bucket, place]));
  }

  takeOut(page: readonly KeyAccesses[]): void {
    for (const { series, length } of page) {
      for (let i = 0; i < length; i++) {
        const place = this.#places.get(series.buckets[i] as number);
        // A bucket that the overview had not yet seen has only late rows.
        if (place === undefined) continue;
        this.#reads[place] = (this.#reads[place] as number) - (series.reads[i] as number);
        this.#writes[place] = (this.#writes[place] as number) - (series.writes[i] as number);
      }
    }
  }

  found(): SliceColdKeys | undefined {
    const { reads, writes } = this.keys;
    return reads + writes === 0 ? undefined : { sketch: this.keys, traffic: this.#series() };
  }

  #series(): BucketSeries {
    const isLeft = (place: number) =>
      (this.#reads[place] as number) > 0 || (this.#writes[place] as number) > 0;
    const places = this.#buckets.map((_, place) => place).filter(isLeft);
    const counts = (of: number[]) => Uint32Array.from(places, (place) => Math.max(0, of[place] as number));
    return {
      buckets: Int32Array.from(places, (place) => this.#buckets[place] as number),
      reads: counts(this.#reads),
      writes: counts(this.#writes),
    };
  }
}
