import { type Fold, foldsOf, halfOf } from '../backtest/folds.ts';
import { featureCount } from '../features/feature-rows.ts';
import type { OnForecastProgress } from '../progress.ts';
import type { ForecastTask, Shared } from '../threads/forecast-tasks.ts';
import type { ForecastThreads } from '../threads/forecast-threads.ts';
import type { Edges } from '../trees/binning.ts';
import { type ForestKind, forestKinds, type LearnedForest } from './learned-forest.ts';
import type { TrainingRows } from './training-rows.ts';

/** Forests fitted to all windows, and what earlier ones would have said of the later windows. */
export interface Learned {
  bins: Uint8Array;
  edges: Edges[];
  forests: LearnedForest[];
  folds: Fold[];
  /** Logarithms of the expected reads of rows, by forest; those of rows in no fold are zero. */
  judged: Float32Array[];
}

/**
 * Fits the forests. `decayOf` names the feature with the decayed count that did best on the first so many windows. Undefined
 * where the history is too short to learn from it and to judge what was learned.
 */
export async function learn(
  rows: TrainingRows,
  shared: Shared,
  threads: ForecastThreads,
  {
    decayOf,
    seed,
    onProgress,
  }: { decayOf(windows: number): number; seed: number; onProgress?: OnForecastProgress | undefined },
): Promise<Learned | undefined> {
  const origins = shared.origins.slice(0, -1);
  const folds = foldsOf(origins, shared.scale.horizonBuckets, rows.readsInAll);
  if (folds.length === 0) return undefined;
  const bins = new Uint8Array(new SharedArrayBuffer(rows.count * featureCount));
  const edges = await findBins(rows, bins, threads);
  const fit = (kind: ForestKind, windows: number, without?: 0 | 1): ForecastTask => ({
    do: 'fit',
    rows,
    bins,
    fit: { kind, count: rows.starts[windows]!, without, decayFeature: decayOf(windows), seed },
  });
  // The largest first, so that both threads end at about the same time.
  const latest = [...folds].reverse();
  const orders = [
    ...forestKinds.map((kind) => fit(kind, origins.length)),
    ...latest.flatMap((fold) => forestKinds.map((kind) => fit(kind, fold.trainUntil, fold.half))),
  ];
  const fitted = await threads.run<LearnedForest>(orders, (done) =>
    onProgress?.({ step: 'learn', done, all: orders.length }),
  );
  const forests = fitted.splice(0, forestKinds.length);
  const rates = await threads.run<Float32Array>(
    fitted.map((forest, i): ForecastTask => {
      const { from, until } = latest[Math.floor(i / forestKinds.length)]!;
      return { do: 'judge', forest, rows, bins, start: rows.starts[from]!, end: rows.starts[until]! };
    }),
  );
  const judged = forestKinds.map(() => new Float32Array(rows.count));
  for (const [f, { from, half }] of latest.entries())
    for (const [k, into] of judged.entries())
      place(rates[f * forestKinds.length + k]!, into, rows, rows.starts[from]!, half);
  return { bins, edges, forests, folds, judged };
}

/** Fills in the bins of all rows, by these edges where they are given, and gives the edges. */
export async function findBins(
  rows: TrainingRows,
  bins: Uint8Array,
  threads: ForecastThreads,
  edges?: Edges[],
): Promise<Edges[]> {
  const tasks: ForecastTask[] = [];
  const step = Math.ceil(featureCount / 8);
  for (let start = 0; start < featureCount; start += step)
    tasks.push({
      do: 'bins',
      start,
      end: Math.min(featureCount, start + step),
      rows,
      bins,
      ...(edges && { edges }),
    });
  return (await threads.run<Edges[]>(tasks)).flat();
}

function place(
  rates: Float32Array,
  into: Float32Array,
  { keys }: TrainingRows,
  start: number,
  half: 0 | 1 | undefined,
): void {
  for (let i = 0; i < rates.length; i++)
    if (half === undefined || halfOf(keys[start + i]!) === half) into[start + i] = rates[i]!;
}
