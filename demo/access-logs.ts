import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import path from 'node:path';
import { finished } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import { itemOf, rowBytes, skuOf } from './catalogue.ts';
import { Popularity, type Region, regions } from './popularity.ts';
import { Random } from './random.ts';

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;
export const pastDays = 14;
const writeShare = 0.04;

/**
 * When a region is busiest, and how much it is read, as a part of what the donors were read together. A plan's confidence
 * is about the whole group's reads, so the joiner gets as many.
 */
const habits: Record<Region, { peakHourUtc: number; share: number }> = {
  'us-east': { peakHourUtc: 20, share: 0.42 },
  'us-west': { peakHourUtc: 23, share: 0.33 },
  'ap-south': { peakHourUtc: 14, share: 0.25 },
  'eu-west': { peakHourUtc: 19, share: 1 },
};

/** The access logs of the shop's replicas, gzip CSV: two weeks of the past, then the days that follow. */
export class AccessLogs {
  readonly #popularity: Popularity;
  readonly #seed: number;
  readonly #eventsPerDay: number;
  readonly #sizes: Uint16Array;
  readonly #startMs: number;
  #day = 0;

  /** `events` is about how many there are in all replicas' past. The same options give the same logs, byte by byte. */
  constructor(options: { seed: number; rows: number; newcomers: number; events: number; endMs: number }) {
    const { seed, rows, newcomers, events, endMs } = options;
    this.#popularity = new Popularity({ seed, rows, newcomers, days: pastDays });
    this.#seed = seed;
    this.#eventsPerDay = events / pastDays;
    this.#sizes = new Uint16Array(rows + newcomers);
    this.#startMs = endMs - pastDays * dayMs;
  }

  /** Writes `REGION.csv.gz` for each region; ends where the past ends. Returns how many events there are. */
  async writePast(folder: string, of: readonly Region[], signal: AbortSignal): Promise<number> {
    return this.#write(folder, of, pastDays, signal);
  }

  /** Writes the log of the next day in one region, and returns how many events it has. */
  async writeNextDay(folder: string, region: Region, signal: AbortSignal): Promise<number> {
    return this.#write(folder, [region], 1, signal);
  }

  async #write(folder: string, of: readonly Region[], days: number, signal: AbortSignal): Promise<number> {
    const logs = of.map((region) => ({ region, log: openLog(path.join(folder, `${region}.csv.gz`)) }));
    let events = 0;
    try {
      for (let day = 0; day < days; day++) {
        for (const { region, log } of logs) {
          const lines = this.#linesOf(region);
          events += lines.length;
          if (!log.gzip.write(`${lines.join('\n')}\n`)) await once(log.gzip, 'drain', { signal });
          signal.throwIfAborted();
        }
        this.#day += 1;
        this.#popularity.nextDay();
      }
    } finally {
      for (const { log } of logs) log.gzip.end();
      await Promise.all(logs.map(({ log }) => log.written));
    }
    return events;
  }

  #linesOf(region: Region): string[] {
    const random = new Random(this.#seed ^ 0x10651, this.#day * regions.length + regions.indexOf(region));
    const draw = this.#popularity.drawer(region);
    const lines: string[] = [];
    for (let hour = 0; hour < 24; hour++) {
      const startMs = this.#startMs + this.#day * dayMs + hour * hourMs;
      const expected = this.#eventsPerDay * habits[region].share * shareOfHour(region, startMs);
      const times = new Float64Array(Math.floor(expected + random.next()));
      for (let index = 0; index < times.length; index++) times[index] = startMs + random.next() * hourMs;
      for (const time of times.sort()) {
        const item = draw(random);
        const op = random.next() < writeShare ? 'write' : 'read';
        lines.push(`${new Date(time).toISOString()},${op},${skuOf(item)},${this.#sizeOf(item)}`);
      }
    }
    return lines;
  }

  #sizeOf(item: number): number {
    this.#sizes[item] ||= rowBytes(itemOf(this.#seed, item));
    return this.#sizes[item] ?? 0;
  }
}

/** The hour's part of a mean day: quiet nights, busy evenings, and more on Saturdays and Sundays. */
function shareOfHour(region: Region, startMs: number): number {
  const middle = new Date(startMs + hourMs / 2);
  const fromPeak = (middle.getUTCHours() - habits[region].peakHourUtc) / 24;
  const ofDay = (1 + 0.75 * Math.cos(2 * Math.PI * fromPeak)) / 24;
  const weekend = [0, 6].includes(middle.getUTCDay());
  return ofDay * (weekend ? 1.25 : 0.9);
}

function openLog(file: string) {
  const gzip = createGzip({ level: 1 });
  const written = finished(gzip.pipe(createWriteStream(file)));
  // An abort leaves before this is awaited.
  written.catch(() => undefined);
  gzip.write('time,op,key,size\n');
  return { gzip, written };
}
