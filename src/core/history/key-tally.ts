import type { HotKey, KeyFigures } from './traffic/inputs.ts';
import { dayMs } from './traffic/time-steps.ts';

const hottestKeys = 10;
const hourMs = dayMs / 24;

/** Counts keys, each of which comes once. */
export class KeyTally {
  readonly #bucketMs: number;
  readonly #onlyAt: number[];
  readonly #levels = new Map<number, number>();
  readonly #newByDay = new Map<number, number>();
  readonly #byHour = new Map<number, number>();
  readonly #byDay = new Map<number, number>();
  readonly #hottest: HotKey[] = [];
  #keys = 0;

  constructor(bucketMs: number, replicas: number) {
    this.#bucketMs = bucketMs;
    this.#onlyAt = new Array<number>(replicas).fill(0);
  }

  /** `onlyAt` is the index of the replica that alone sees the key, if there is one. */
  add({ firstMs, ...key }: HotKey & { firstMs: number }, onlyAt: number | undefined): void {
    this.#keys++;
    increment(this.#levels, key.reads);
    increment(this.#newByDay, Math.floor(firstMs / dayMs));
    let lastHour = -1;
    let lastDay = -1;
    for (const bucket of key.series.buckets) {
      const hour = Math.floor((bucket * this.#bucketMs) / hourMs);
      if (hour === lastHour) continue;
      increment(this.#byHour, hour);
      lastHour = hour;
      const day = Math.floor(hour / 24);
      if (day !== lastDay) increment(this.#byDay, day);
      lastDay = day;
    }
    if (onlyAt !== undefined) this.#onlyAt[onlyAt] = (this.#onlyAt[onlyAt] ?? 0) + 1;
    this.#rank(key);
  }

  figures(): KeyFigures {
    return {
      keys: this.#keys,
      readLevels: ascending(this.#levels)
        .reverse()
        .map(([reads, keys]) => ({ reads, keys })),
      hottest: this.#hottest,
      newKeysByDay: ascending(this.#newByDay).map(([day, keys]) => ({ day, keys })),
      activeByHour: ascending(this.#byHour).map(([hour, keys]) => ({ hour, keys })),
      activeByDay: ascending(this.#byDay).map(([day, keys]) => ({ day, keys })),
      onlyAt: this.#onlyAt,
    };
  }

  /** Of keys that are read alike the first stays. */
  #rank(key: HotKey): void {
    const last = this.#hottest[hottestKeys - 1];
    if (last && last.reads >= key.reads) return;
    const place = this.#hottest.findIndex(({ reads }) => reads < key.reads);
    this.#hottest.splice(place === -1 ? this.#hottest.length : place, 0, key);
    if (this.#hottest.length > hottestKeys) this.#hottest.pop();
  }
}

function increment(counts: Map<number, number>, at: number): void {
  counts.set(at, (counts.get(at) ?? 0) + 1);
}

function ascending(counts: Map<number, number>): [number, number][] {
  return [...counts].sort(([a], [b]) => a - b);
}
