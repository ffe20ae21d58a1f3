import { type Candidate, isLearned } from './backtest/candidates.ts';
import { featureNames } from './features/feature-rows.ts';
import { blend } from './learned/blend.ts';
import type { Learned } from './learned/learn.ts';
import type { OnForecastProgress } from './progress.ts';
import type { ForecastTask } from './threads/forecast-tasks.ts';
import { type ForecastThreads, rangesOf } from './threads/forecast-threads.ts';
import type { FirstReadForest } from './timing/first-read-forest.ts';

/** What the chosen candidate says of every key where the plan begins; by key. */
export interface Predicted {
  scores: Float32Array;
  /** Of the decayed count alone. */
  decayed: Float32Array;
  decayedWrites: Float32Array;
  /** What moves the expected time of the first read, in shares of the horizon. */
  firstReadMoves: Float32Array;
  /** The features that were asked for. */
  columns: Map<number, Float32Array>;
}

export const writesFeature = featureNames.indexOf('writes, half-life 2H');
const ranges = 16;

export async function predict(
  candidate: Candidate,
  keys: number,
  threads: ForecastThreads,
  {
    learned,
    firstReads,
    features = [],
    onProgress,
  }: {
    /** Also where a simple rule is chosen: what it says of first reads is taken all the same. */
    learned: Learned | undefined;
    firstReads: FirstReadForest | undefined;
    /** Features that are wanted of every key. */
    features?: number[] | undefined;
    onProgress?: OnForecastProgress | undefined;
  },
): Promise<Predicted> {
  const rule = isLearned(candidate) ? candidate.decay : candidate.rule;
  const wanted = [...new Set([...rule.needs, writesFeature, ...features])];
  const forests = isLearned(candidate) ? candidate.learned.forests : [];
  const column = () => new Float32Array(new SharedArrayBuffer(Math.max(1, keys) * 4), 0, keys);
  const into = [...forests, ...wanted, firstReads].map(column);
  const edges = forests.length > 0 || firstReads ? (learned?.edges ?? []) : [];
  const tasks = rangesOf(keys, ranges).map(
    ([start, end]): ForecastTask => ({
      do: 'predict',
      start,
      end,
      edges,
      forests,
      firstReads: firstReads?.forest ?? [],
      wanted,
      into,
    }),
  );
  await threads.run(tasks, (done) =>
    onProgress?.({ step: 'predict', done: Math.round((done / tasks.length) * keys), all: keys }),
  );
  const featureOf = (feature: number) => into[forests.length + wanted.indexOf(feature)] as Float32Array;
  const decayed = rule.score(featureOf);
  const share = firstReads?.share ?? 0;
  return {
    scores: isLearned(candidate)
      ? blend({ forests: into.slice(0, forests.length), decayed, decayWeight: candidate.decayWeight })
      : decayed,
    decayed,
    decayedWrites: featureOf(writesFeature),
    firstReadMoves: (into.at(-1) as Float32Array).map((move) => move * share),
    columns: new Map(features.map((feature) => [feature, featureOf(feature)])),
  };
}
