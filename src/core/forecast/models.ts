import { featureNames } from './features/feature-rows.ts';
import { halfLivesInHorizons } from './half-lives.ts';

/** What `--model` takes: `auto` chooses among all others and their blends. */
export const forecastModels = [
  'auto',
  'frequency',
  'recency',
  'decay',
  'seasonal',
  'arima',
  'lstm',
  'learned',
] as const;
export type ForecastModel = (typeof forecastModels)[number];

/** A feature of some keys, by name. */
export type ColumnOf = (feature: number) => Float32Array;

/** A score that needs no fitting, from the features of keys. */
export interface SimpleRule {
  model: 'frequency' | 'recency' | 'decay' | 'seasonal';
  /** In horizons, of a decayed count. */
  halfLife?: number;
  /** What the reads are taken to repeat after, of a seasonal rule. */
  cycleMs?: number;
  /** Places of the features that it needs. */
  needs: number[];
  /** A key's reads as far as the rule knows: never below zero, in no particular unit. */
  score(column: ColumnOf): Float32Array;
}

/** Keeps the age of a key that was just read from making it infinitely likely. */
const leastAge = 1 / 64;
/** How much a decayed count weighs beside the reads at the same time of other days, which are often none. */
const besideCycle = 0.02;

function feature(name: string): number {
  const place = featureNames.indexOf(name);
  if (place < 0) throw new Error(`there is no feature '${name}'`);
  return place;
}

const inAll = feature('reads in all');
const lastRead = feature('age of last read');

const frequency: SimpleRule = { model: 'frequency', needs: [inAll], score: (column) => column(inAll) };

const recency: SimpleRule = {
  model: 'recency',
  needs: [lastRead],
  score: (column) => column(lastRead).map((age) => 1 / (leastAge + age)),
};

/** The first features are the decayed counts, in the order of the family. */
const decays = halfLivesInHorizons.map(
  (halfLife, place): SimpleRule => ({
    model: 'decay',
    halfLife,
    needs: [place],
    score: (column) => column(place),
  }),
);

const slow = decays.findIndex(({ halfLife }) => halfLife === 16);

const dayMs = 86_400_000;
const cycles = [
  { name: 'reads 7 days, mean', cycleMs: dayMs },
  { name: 'reads 4 weeks, mean', cycleMs: 7 * dayMs },
];

const seasonal = cycles.map(({ name, cycleMs }): SimpleRule => {
  const cycle = feature(name);
  return {
    model: 'seasonal',
    cycleMs,
    needs: [cycle, slow],
    score: (column) => {
      const decayed = column(slow);
      return column(cycle).map((reads, i) => Math.max(0, reads) + besideCycle * decayed[i]!);
    },
  };
});

/** The simplest last. A cycle is only followed where the history holds two of it. */
export function simpleRules(historyMs: number): SimpleRule[] {
  const seen = seasonal.filter(({ cycleMs = 0 }) => historyMs >= 2 * cycleMs);
  return [recency, ...seen, ...decays, frequency];
}

/** Every rule, whatever the length of the history. */
export const allSimpleRules: readonly SimpleRule[] = simpleRules(Number.POSITIVE_INFINITY);
export const decayRules: readonly SimpleRule[] = decays;
/** Of the decayed counts, the one taken where no backtest is possible. */
export const middleDecay: SimpleRule = decays[5]!;
