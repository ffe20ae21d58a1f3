import type { GroupVolume } from '../group-volume.ts';
import type { TimeGrid } from '../time-grid.ts';

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;
const weekMs = 7 * dayMs;
const steps = 288;
/** How much the average hour weighs against what the hour's own past says, in hours seen. */
const priorHours = 0.5;

export type Cycle = 'week' | 'day' | 'none';

/** How the group's reads are spread over the horizon. */
export interface Intensity {
  cycle: Cycle;
  /** The moment, in milliseconds after the origin, by which this share (0 to 1) of the horizon's reads is expected. */
  timeOfShare(share: number): number;
}

/**
 * The profile by hour of the week where the history holds two weeks, by hour of the day where it holds two days, and
 * flat otherwise. Hours are those of UTC; a cycle in local time is the same cycle shifted.
 */
export function horizonIntensity(volume: GroupVolume, grid: TimeGrid): Intensity {
  const spanMs = (grid.fullEnd - grid.first) * grid.bucketMs;
  const cycle: Cycle = spanMs >= 2 * weekMs ? 'week' : spanMs >= 2 * dayMs ? 'day' : 'none';
  const hours = cycle === 'none' ? undefined : hourlyProfile(volume, grid, cycle === 'week' ? 168 : 24);
  const cumulative = new Float64Array(steps + 1);
  for (let i = 0; i < steps; i++) {
    const atMs = grid.originMs + ((i + 0.5) / steps) * grid.horizonMs;
    const weight = hours ? hours[modulo(Math.floor(atMs / hourMs), hours.length)]! : 1;
    cumulative[i + 1] = cumulative[i]! + weight;
  }
  return { cycle, timeOfShare: (share) => invert(cumulative, share) * grid.horizonMs };
}

function hourlyProfile(
  volume: GroupVolume,
  { bucketMs, first, fullEnd }: TimeGrid,
  cycleHours: number,
): Float64Array {
  const profile = new Float64Array(cycleHours);
  const seen = new Float64Array(cycleHours);
  const firstHour = Math.ceil((first * bucketMs) / hourMs);
  const lastHour = Math.floor((fullEnd * bucketMs) / hourMs);
  let total = 0;
  for (let hour = firstHour; hour < lastHour; hour++) {
    const reads = volume.between((hour * hourMs) / bucketMs, ((hour + 1) * hourMs) / bucketMs);
    const cell = modulo(hour, cycleHours);
    profile[cell]! += reads;
    seen[cell]! += 1;
    total += reads;
  }
  const mean = total > 0 ? total / Math.max(1, lastHour - firstHour) : 1;
  return profile.map((reads, cell) => (reads + priorHours * mean) / (seen[cell]! + priorHours));
}

/** Where a cumulative sum reaches `share` of its end, as a fraction of its length. */
function invert(cumulative: Float64Array, share: number): number {
  const length = cumulative.length - 1;
  const target = Math.min(1, Math.max(0, share)) * cumulative[length]!;
  let low = 0;
  let high = length;
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (cumulative[middle]! <= target) low = middle;
    else high = middle;
  }
  return (low + (target - cumulative[low]!) / (cumulative[high]! - cumulative[low]!)) / length;
}

function modulo(value: number, divisor: number): number {
  return ((value % divisor) + divisor) % divisor;
}
