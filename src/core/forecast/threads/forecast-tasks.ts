import { FeatureRows, featureCount, type KeyOrders } from '../features/feature-rows.ts';
import type { FeatureScale } from '../features/own-features.ts';
import { binnedRows } from '../learned/binned-rows.ts';
import { type ForestKind, fitForest, type LearnedForest, logRates } from '../learned/learned-forest.ts';
import type { TrainingRows } from '../learned/training-rows.ts';
import type { SeriesColumns } from '../series/series-store.ts';
import { fillSignals, type Signals } from '../series/signals.ts';
import { BinFinder } from '../trees/bin-finder.ts';
import { type Edges, findEdges } from '../trees/binning.ts';
import { addForest, type Forest, forestMasks } from '../trees/boost.ts';

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

/** Few enough that their features stay in the cache of a core. */
const keysAtOnce = 256;
/** A thread serves one forecast at a time. */
let featureRows: FeatureRows | undefined;

/** To be called when other things are shared. */
export function forgetFeatures(): void {
  featureRows = undefined;
}

function featuresAt({ columns, orders, scale, origins, signals }: Shared, o: number): FeatureRows {
  featureRows ??= new FeatureRows(columns, orders, scale);
  featureRows.moveTo(origins[o]!, signals[o]!);
  return featureRows;
}

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
      return logRates(
        forest,
        forestMasks(forest.forest),
        task.bins.subarray(start),
        rows.count,
        decayed,
        end - start,
      );
    }
    case 'predict':
      return predict(shared, task) as undefined;
  }
}

function writeFeatures(shared: Shared, o: number, rows: TrainingRows): void {
  const [start, end] = [rows.starts[o]!, rows.starts[o + 1]!];
  featuresAt(shared, o).write(
    rows.keys.subarray(start, end),
    rows.features.subarray(start * featureCount, end * featureCount),
  );
}

function binFeatures({ start, end, rows, bins, edges: known }: ForecastTask & { do: 'bins' }): Edges[] {
  const edges: Edges[] = [];
  for (let f = start; f < end; f++) {
    const found = known?.[f] ?? findEdges(rows.features, featureCount, f);
    const column = bins.subarray(f * rows.count, (f + 1) * rows.count);
    new BinFinder(found).fill(rows.features, featureCount, f, column);
    edges.push(found);
  }
  return edges;
}

/** `into` has the rates of each forest, then the wanted features, then what moves the first read, each by key. */
function predict(
  shared: Shared,
  { start, end, edges, forests, firstReads, wanted, into }: ForecastTask & { do: 'predict' },
): void {
  const features = featuresAt(shared, shared.origins.length - 1);
  const masks = forests.map(({ forest }) => forestMasks(forest));
  const firstReadMasks = forestMasks(firstReads);
  const asked = new Set([...masks, firstReadMasks].flat().flatMap(({ features }) => [...features]));
  const finders = [...asked].map((f): [number, BinFinder] => [f, new BinFinder(edges[f]!)]);
  const rows = new Float32Array(keysAtOnce * featureCount);
  const bins = new Uint8Array(keysAtOnce * featureCount);
  for (let from = start; from < end; from += keysAtOnce) {
    const count = Math.min(keysAtOnce, end - from);
    features.write(
      Uint32Array.from({ length: count }, (_, i) => from + i),
      rows,
    );
    for (const [f, finder] of finders)
      finder.fill(rows, featureCount, f, bins.subarray(f * keysAtOnce, f * keysAtOnce + count));
    for (const [i, forest] of forests.entries()) {
      const decayed = (row: number) => rows[row * featureCount + forest.decayFeature]!;
      into[i]!.set(logRates(forest, masks[i]!, bins, keysAtOnce, decayed, count), from);
    }
    for (const [i, feature] of wanted.entries()) {
      const column = into[forests.length + i]!;
      for (let row = 0; row < count; row++) column[from + row] = rows[row * featureCount + feature]!;
    }
    const moves = into[forests.length + wanted.length]!.subarray(from, from + count);
    addForest(firstReadMasks, bins, keysAtOnce, count, moves);
  }
}
