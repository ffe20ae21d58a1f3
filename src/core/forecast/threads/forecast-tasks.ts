import { FeatureRows, featureCount, type KeyOrders } from '../features/feature-rows.ts';
import type { FeatureScale } from '../features/own-features.ts';
import { binnedRows } from '../learned/binned-rows.ts';
import { type ForestKind, fitForest, type LearnedForest, logRates } from '../learned/learned-forest.ts';
import type { TrainingRows } from '../learned/training-rows.ts';
import type { SeriesColumns } from '../series/series-store.ts';
import { fillSignals, type Signals } from '../series/signals.ts';
import { binColumn, type Edges, findEdges } from '../trees/binning.ts';
import { addForest, type Forest } from '../trees/boost.ts';

/** What every task of a forecast looks at; arrays in shared memory, filled as the forecast goes on. */
export interface Shared {
  columns: SeriesColumns;
  orders: KeyOrders;
  scale: FeatureScale;
  /** Bucket numbers, oldest first; the last one is where the plan begins. */
  origins: number[];
  signals: Signals;
}

/** A piece of work for a thread: plain data, whose result does not depend on which thread does it, or when. */
export type ForecastTask =
  | { do: 'signals'; start: number; end: number }
  /** Features of the rows of one origin. */
  | { do: 'features'; origin: number; rows: TrainingRows }
  /** Bins of the features from `start` until `end`, by the edges of all features where they are known; gives their edges. */
  | { do: 'bins'; start: number; end: number; rows: TrainingRows; bins: Uint8Array; edges?: Edges[] }
  | { do: 'fit'; fit: FitOrder; rows: TrainingRows; bins: Uint8Array }
  /** Logarithms of the reads that forests expect of rows. */
  | { do: 'judge'; forest: LearnedForest; start: number; end: number; rows: TrainingRows; bins: Uint8Array }
  /** The same of keys where the plan begins, and values of their features. */
  | {
      do: 'predict';
      start: number;
      end: number;
      edges: Edges[];
      forests: LearnedForest[];
      firstReads: Forest;
      wanted: number[];
      into: Float32Array[];
    };

export interface FitOrder {
  kind: ForestKind;
  /** Fits the first so many rows. */
  count: number;
  /** Leaves the keys of this half out. */
  without: 0 | 1 | undefined;
  decayFeature: number;
  seed: number;
}

export type ForecastResult = undefined | Edges[] | LearnedForest | Float32Array;

const keysAtOnce = 2048;
/** A thread serves one forecast, so what it knows of the last origin is made once. */
let lastRows: FeatureRows | undefined;

export function runTask(shared: Shared, task: ForecastTask): ForecastResult {
  switch (task.do) {
    case 'signals':
      return fillSignals(
        shared.columns,
        { ...shared.scale, origins: shared.origins },
        shared.signals,
        task.start,
        task.end,
      ) as undefined;
    case 'features':
      return writeFeatures(shared, task.origin, task.rows) as undefined;
    case 'bins':
      return binFeatures(task);
    case 'fit': {
      const { kind, count, without, decayFeature, seed } = task.fit;
      return fitForest(kind, binnedRows(task.rows, task.bins, without), count, decayFeature, seed);
    }
    case 'judge': {
      const { rows, start, end, forest } = task;
      const decayed = (row: number) => rows.features[(start + row) * featureCount + forest.decayFeature]!;
      return logRates(forest, task.bins.subarray(start), rows.count, decayed, end - start);
    }
    case 'predict':
      return predict(shared, task) as undefined;
  }
}

function writeFeatures(
  { columns, orders, scale, origins, signals }: Shared,
  o: number,
  rows: TrainingRows,
): void {
  const features = new FeatureRows(columns, orders, scale, { origin: origins[o]!, signals: signals[o]! });
  const [start, end] = [rows.starts[o]!, rows.starts[o + 1]!];
  features.write(
    rows.keys.subarray(start, end),
    rows.features.subarray(start * featureCount, end * featureCount),
  );
}

function binFeatures({ start, end, rows, bins, edges: known }: ForecastTask & { do: 'bins' }): Edges[] {
  const edges: Edges[] = [];
  for (let f = start; f < end; f++) {
    const found = known?.[f] ?? findEdges(rows.features, featureCount, f);
    binColumn(rows.features, featureCount, f, found, bins.subarray(f * rows.count, (f + 1) * rows.count));
    edges.push(found);
  }
  return edges;
}

/** `into` has the rates of each forest, then the wanted features, then what moves the first read, each by key. */
function predict(
  { columns, orders, scale, origins, signals }: Shared,
  { start, end, edges, forests, firstReads, wanted, into }: ForecastTask & { do: 'predict' },
): void {
  lastRows ??= new FeatureRows(columns, orders, scale, { origin: origins.at(-1)!, signals: signals.at(-1)! });
  const features = lastRows;
  const rows = new Float32Array(keysAtOnce * featureCount);
  const bins = new Uint8Array(keysAtOnce * featureCount);
  for (let from = start; from < end; from += keysAtOnce) {
    const count = Math.min(keysAtOnce, end - from);
    features.write(
      Uint32Array.from({ length: count }, (_, i) => from + i),
      rows,
    );
    if (edges.length > 0)
      for (let f = 0; f < featureCount; f++)
        binColumn(rows, featureCount, f, edges[f]!, bins.subarray(f * keysAtOnce, f * keysAtOnce + count));
    for (const [i, forest] of forests.entries()) {
      const decayed = (row: number) => rows[row * featureCount + forest.decayFeature]!;
      into[i]!.set(logRates(forest, bins, keysAtOnce, decayed, count), from);
    }
    for (const [i, feature] of wanted.entries()) {
      const column = into[forests.length + i]!;
      for (let row = 0; row < count; row++) column[from + row] = rows[row * featureCount + feature]!;
    }
    const moves = into[forests.length + wanted.length]!.subarray(from, from + count);
    addForest(firstReads, bins, keysAtOnce, count, moves);
  }
}
