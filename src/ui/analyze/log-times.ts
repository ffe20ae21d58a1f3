import type { EventTimesData } from '../../core/access-log/event-times.ts';
import { formatCount, formatCounted, formatDuration, formatInstant } from '../format.ts';

/** What is wrong with the times of a log's events; empty where nothing is. */
export function timeWarnings({ future, latestMs = 0, units }: EventTimesData): string[] {
  const used = Object.entries(units).filter(([, count]) => count > 0);
  const counts = used.map(([unit, count]) => `${formatCount(count)} in ${unit}`).join(', ');
  return [
    ...(used.length > 1 ? [`times are in ${used.length} units: ${counts}`] : []),
    ...(future > 0
      ? [
          `${formatCounted(future, 'event')} ${future === 1 ? 'lies' : 'lie'} in the future, the last at ${formatInstant(latestMs)}`,
        ]
      : []),
  ];
}

/** How far a log is from being in the order of time, which is no fault of it; empty where it is. */
export function orderWords({ outOfOrder, farthestBackMs }: EventTimesData): string[] {
  if (outOfOrder === 0) return [];
  return [
    `${formatCounted(outOfOrder, 'event')} out of order, ${formatDuration(farthestBackMs)} back at most`,
  ];
}
