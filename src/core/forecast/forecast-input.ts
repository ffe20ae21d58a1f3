import type { ForecastOptions } from './forecast.ts';
import type { GroupVolume } from './group-volume.ts';
import type { PlanSize } from './plan-size.ts';
import type { SeriesStore } from './series/series-store.ts';
import type { ForecastThreads } from './threads/forecast-threads.ts';
import type { TimeGrid } from './time-grid.ts';
import type { VolumeForecast } from './volume-forecast.ts';

/** What the steps of one forecast look at. */
export interface ForecastInput {
  store: SeriesStore;
  grid: TimeGrid;
  threads: ForecastThreads;
  group: GroupVolume;
  volume: VolumeForecast;
  size: PlanSize;
  options: ForecastOptions;
}
