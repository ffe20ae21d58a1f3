import { type Block, interpolate, type Point, poolAdjacentViolators } from './isotonic.ts';

/** What keys of nearly the same score did in one window of the backtest. */
export interface Outcome {
  /** Natural logarithm of the score's share of all scores; `noScore` for a score of zero. */
  logShare: number;
  /** Natural logarithm of the reads that were forecast for the group in that window. */
  logVolume: number;
  keys: number;
  reads: number;
  /** Keys that were read. */
  hits: number;
}

/** Stands for the logarithm of zero, far below any score that is told from zero. */
export const noScore = -100;
/** Pseudo-keys with the average outcome that pull each block from 0 and 1. */
const priorKeys = 2;
const lowest = 1e-4;

/** Two curves of P(read within the horizon) through these points, ascending in x and not falling in y. */
export interface ConfidenceCurve {
  /** Over the logarithm of the key's share. */
  byShare: Point[];
  /** Over that of its share times the group's volume. */
  byVolume: Point[];
}

/**
 * Isotonic regression of outcome on score, as the mean of two fits: one on the share alone and one on the share times
 * the volume, which differ where traffic changes between windows. Undefined without any outcome.
 */
export function fitConfidence(outcomes: Outcome[]): ConfidenceCurve | undefined {
  if (outcomes.length === 0) return undefined;
  const byShare = fitCurve(outcomes, (o) => o.logShare);
  const byVolume = fitCurve(outcomes, (o) => (o.logShare === noScore ? noScore : o.logShare + o.logVolume));
  return { byShare, byVolume };
}

/** P(read within the horizon) of a key, within (0, 1), rising with its share and with the volume. */
export function confidenceAt(
  { byShare, byVolume }: ConfidenceCurve,
  logShare: number,
  logVolume: number,
): number {
  const scaled = logShare === noScore ? noScore : logShare + logVolume;
  return clamp((interpolate(byShare, logShare) + interpolate(byVolume, scaled)) / 2);
}

function fitCurve(outcomes: Outcome[], abscissa: (outcome: Outcome) => number): Point[] {
  const sorted = outcomes
    .map((o) => ({ x: abscissa(o), y: o.hits / o.keys, weight: o.keys }))
    .sort((a, b) => a.x - b.x);
  const blocks = pool(sorted);
  let keys = 0;
  let hits = 0;
  for (const block of blocks) {
    keys += block.weight;
    hits += block.weight * block.y;
  }
  const mean = (hits + 0.5) / (keys + 1);
  // Small blocks move further than large ones, which can break the order: pool once more.
  return pool(
    blocks.map((b) => ({ ...b, y: (b.y * b.weight + mean * priorKeys) / (b.weight + priorKeys) })),
  ).map(({ x, y }) => ({ x, y }));
}

function pool(points: Block[]): Block[] {
  return poolAdjacentViolators({
    x: points.map((p) => p.x),
    y: points.map((p) => p.y),
    weights: points.map((p) => p.weight),
  });
}

export function clamp(probability: number): number {
  return Math.min(1 - lowest, Math.max(lowest, probability));
}
