import type { GroupVolume } from '../group-volume.ts';
import type { SeriesColumns } from '../series/series-store.ts';
import type { TimeGrid } from '../time-grid.ts';
import type { Panel } from './panel.ts';

/** How the past is cut into steps for models of series: the same number of steps a horizon, whatever its length. */
export interface PanelSteps {
  stepBuckets: number;
  horizonSteps: number;
  /** Steps of the past that a panel has; fewer where the history is shorter. */
  steps: number;
}

const stepsPerHorizon = 24;
/** Two weeks where the horizon is a day. */
const pastHorizons = 14;

export function panelSteps({ horizonBuckets }: TimeGrid): PanelSteps {
  const stepBuckets = Math.max(1, Math.round(horizonBuckets / stepsPerHorizon));
  const horizonSteps = Math.max(1, Math.round(horizonBuckets / stepBuckets));
  return { stepBuckets, horizonSteps, steps: pastHorizons * horizonSteps };
}

/** The panel of these keys before the bucket `origin`. Rows stand in the order of the keys. */
export function buildPanel(
  keys: ArrayLike<number>,
  origin: number,
  { stepBuckets, steps }: PanelSteps,
  { columns, group, grid }: { columns: SeriesColumns; group: GroupVolume; grid: TimeGrid },
): Panel {
  const length = Math.max(0, Math.min(steps, Math.floor((origin - grid.first) / stepBuckets)));
  const start = origin - length * stepBuckets;
  const { offsets, buckets, reads } = columns;
  const panel: Panel = {
    keys: keys.length,
    steps: length,
    stepMs: stepBuckets * grid.bucketMs,
    endMs: origin * grid.bucketMs,
    reads: new Float32Array(keys.length * length),
    group: Float64Array.from({ length }, (_, step) =>
      group.between(start + step * stepBuckets, start + (step + 1) * stepBuckets),
    ),
  };
  for (let row = 0; row < keys.length; row++) {
    const key = keys[row] as number;
    for (let i = (offsets[key + 1] as number) - 1; i >= (offsets[key] as number); i--) {
      const bucket = buckets[i] as number;
      if (bucket >= origin) continue;
      if (bucket < start) break;
      const step = Math.floor((bucket - start) / stepBuckets);
      panel.reads[row * length + step] = (panel.reads[row * length + step] as number) + (reads[i] as number);
    }
  }
  return panel;
}
