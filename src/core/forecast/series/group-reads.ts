import { GroupVolume } from '../group-volume.ts';
import type { TimeGrid } from '../time-grid.ts';
import type { SeriesColumns } from './series-store.ts';

/** Reads of all keys together over time. */
export function groupVolume({ buckets, reads }: SeriesColumns, grid: TimeGrid): GroupVolume {
  const volume = new GroupVolume(grid.first, grid.end);
  for (let i = 0; i < buckets.length; i++) if (reads[i]! > 0) volume.add(buckets[i]!, reads[i]!);
  return volume;
}
