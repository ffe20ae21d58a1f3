import type { KeyOrders } from './features/feature-rows.ts';
import { birthOrder, emptyOrder, keyOrder, naturalOrder } from './features/key-order.ts';
import { type RowSample, sampleRows } from './learned/row-sample.ts';
import { type TrainingRows, trainingRows } from './learned/training-rows.ts';
import type { OnForecastProgress } from './progress.ts';
import type { SeriesStore } from './series/series-store.ts';
import { emptySignals } from './series/signals.ts';
import type { ForecastTask, Shared } from './threads/forecast-tasks.ts';
import { type ForecastThreads, rangesOf } from './threads/forecast-threads.ts';
import type { TimeGrid } from './time-grid.ts';

/** What every model is judged by and some learn from: keys at earlier origins, with their features and what then came. */
export interface Prepared {
  shared: Shared;
  sample: RowSample;
  rows: TrainingRows;
}

/** Takes about `rowLimit` rows; fewer where the history has fewer keys and windows. */
export async function prepare(
  store: SeriesStore,
  grid: TimeGrid,
  threads: ForecastThreads,
  {
    rowLimit,
    seed,
    orders,
    onProgress,
  }: {
    rowLimit: number;
    seed: number;
    /** Those of the same store, where they are known already. */
    orders?: KeyOrders | undefined;
    onProgress?: OnForecastProgress | undefined;
  },
): Promise<Prepared> {
  const shared = share(store, grid, orders ?? emptyOrders(store.keys));
  threads.share(shared);
  // One range a thread: this thread sorts the keys meanwhile, and could not hand out others.
  const ranges = rangesOf(store.keys, threads.count);
  const signals = threads.run(ranges.map(([start, end]): ForecastTask => ({ do: 'signals', start, end })));
  // Where sorting throws, a thread that is ended later must not be what is told.
  signals.catch(() => undefined);
  if (!orders) fillOrders(shared.orders, store);
  await signals;
  const sample = sampleRows(store.keys, shared.signals, { limit: rowLimit, seed });
  const rows = trainingRows(store, sample, grid.origins, grid.horizonBuckets);
  const all = grid.origins.length;
  await threads.run(
    grid.origins.map((_, origin): ForecastTask => ({ do: 'features', origin, rows })),
    (done) => onProgress?.({ step: 'features', done, all }),
  );
  return { shared, sample, rows };
}

function share(store: SeriesStore, grid: TimeGrid, orders: KeyOrders): Shared {
  const { names: _, ...columns } = store;
  const origins = [...grid.origins, grid.end];
  return {
    columns,
    orders,
    scale: {
      bucketMs: grid.bucketMs,
      horizonBuckets: grid.horizonBuckets,
      sizesKnown: store.sizeBytes.every((size) => !Number.isNaN(size)),
      spanBuckets: grid.end - grid.first,
    },
    origins,
    signals: emptySignals(store.keys, origins.length),
  };
}

function emptyOrders(keys: number): KeyOrders {
  return { natural: emptyOrder(keys), birth: emptyOrder(keys) };
}

function fillOrders({ natural, birth }: KeyOrders, { names, firstMs }: SeriesStore): void {
  keyOrder(naturalOrder(names), natural);
  keyOrder(birthOrder(firstMs, natural), birth);
}
