import type { RowAccesses } from './row-accesses.ts';

const dayMs = 86_400_000;
const hourMs = 3_600_000;

/** How long a key's accesses are kept by the minute, and by the hour after that, back from the last access in the history; older ones by the day. */
export const keptMinutesMs = 30 * dayMs;
const keptHoursMs = 180 * dayMs;

/** Buckets before `hours` are as wide as an hour, those before `days` as a day. Both are beginnings of days, `days` not behind `hours`. */
export interface CoarseBefore {
  hours: number;
  days: number;
}

/** What the retention asks for where the history ends at `lastMs`. */
export function coarseBefore(lastMs: number, bucketMs: number): CoarseBefore {
  const startOfDay = (ms: number) => (Math.max(0, Math.floor(ms / dayMs)) * dayMs) / bucketMs;
  return { hours: startOfDay(lastMs - keptMinutesMs), days: startOfDay(lastMs - keptHoursMs) };
}

/** Adds up what is to be kept by hours or days, in the first bucket of each. */
export function coarsen(row: RowAccesses, { hours, days }: CoarseBefore, bucketMs: number): void {
  if (row.length === 0 || (row.buckets[0] as number) >= hours) return;
  const { buckets, reads, writes, length } = row;
  const perHour = hourMs / bucketMs;
  const perDay = dayMs / bucketMs;
  let last = -1;
  for (let i = 0; i < length; i++) {
    const bucket = buckets[i] as number;
    const width = bucket >= hours ? 1 : bucket >= days ? perHour : perDay;
    const coarse = bucket - (bucket % width);
    const readCount = reads[i] as number;
    const writeCount = writes[i] as number;
    if (last >= 0 && buckets[last] === coarse) {
      reads[last] = (reads[last] as number) + readCount;
      writes[last] = (writes[last] as number) + writeCount;
      continue;
    }
    last++;
    buckets[last] = coarse;
    reads[last] = readCount;
    writes[last] = writeCount;
  }
  row.length = last + 1;
}
