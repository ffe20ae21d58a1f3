import type { Overview } from './overview.ts';

/** A stretch of time that is counted at once: the places [begin, end) of the overview. */
export interface Slice {
  fromMs: number;
  toMs: number;
  begin: number;
  end: number;
  events: number;
}

/** Cuts what an overview shows into slices of at most `sliceEvents`, or of one bucket where that has more. */
export function cutSlices(overview: Overview, bucketMs: number, sliceEvents: number): Slice[] {
  const slices: Slice[] = [];
  let open: Slice | undefined;
  overview.buckets.forEach((bucket, place) => {
    const events = (overview.reads[place] as number) + (overview.writes[place] as number);
    if (open && open.events + events > sliceEvents) open = undefined;
    if (!open) {
      open = { fromMs: bucket * bucketMs, toMs: 0, begin: place, end: place, events: 0 };
      slices.push(open);
    }
    open.toMs = (bucket + 1) * bucketMs;
    open.end = place + 1;
    open.events += events;
  });
  return slices.filter(({ events }) => events > 0);
}

/** How much the server counts in one query. */
export interface PartLimits {
  events: number;
  keys: number;
}

/** While it counts a part, the server holds about 45 bytes an event and 400 a key; a third of what a query may take is for either. */
const bytesPerEvent = 45;
const bytesPerKey = 400;
const defaultQueryBytes = 4 * 1024 ** 3;

/** As each part is another pass over its slice, there are few of them. */
const partsPerSlice = 8;
const maxParts = 64;

/** `maxQueryBytes` is what the server lets a query take. */
export function partLimits(maxQueryBytes: number = defaultQueryBytes): PartLimits {
  const third = maxQueryBytes / 3;
  return { events: Math.ceil(third / bytesPerEvent), keys: Math.ceil(third / bytesPerKey) };
}

export function eventsPerSlice({ events }: PartLimits): number {
  return events * partsPerSlice;
}

/** In how many parts, by the keys' hash, a slice is counted. */
export function partsOf(events: number, keys: number, limits: PartLimits): number {
  return Math.min(maxParts, Math.max(1, Math.ceil(events / limits.events), Math.ceil(keys / limits.keys)));
}
