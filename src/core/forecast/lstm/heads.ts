import { countLoss } from './negative-binomial.ts';
import type { NetworkShape } from './network.ts';
import { profileCount } from './profile.ts';

export const outputCount = 2 + profileCount;
/** The level may be corrected by a factor of e^4 at most, so that no forecast runs away. */
const levelReach = 4;
/** The dispersion lies within e^±4 of this logarithm. */
const alphaCentre = -1;
const alphaReach = 4;
/** Reads come in bursts, so that a thousand in a horizon tell its profile no better than so many that are independent. */
const independentReads = 8;

/** What the heads say at one origin: buffers that are used again. */
export interface Outlook {
  logMean: number;
  logAlpha: number;
  raw: Float64Array;
  /** Features of the horizon's steps, `[step * profileCount + i]`. */
  profile: Float64Array;
  /** Share of the horizon's reads, by step. */
  shares: Float64Array;
  rawSlopes: Float64Array;
  countSlopes: Float64Array;
}

export function newOutlook(horizonSteps: number): Outlook {
  return {
    logMean: 0,
    logAlpha: 0,
    raw: new Float64Array(outputCount),
    profile: new Float64Array(horizonSteps * profileCount),
    shares: new Float64Array(horizonSteps),
    rawSlopes: new Float64Array(outputCount),
    countSlopes: new Float64Array(2),
  };
}

/** Applies the heads to a row of inputs, the hidden state that followed it, and 1; expects `outlook.profile`. */
export function lookAhead(
  shape: NetworkShape,
  weights: Float64Array,
  rows: Float64Array,
  step: number,
  level: number,
  outlook: Outlook,
): void {
  const { inputs, row, heads } = shape;
  const { raw } = outlook;
  const at = step * row;
  for (let q = 0; q < outputCount; q++) {
    const w = heads + q * row;
    let sum = weights[w + row - 1]!;
    for (let i = 0; i < inputs; i++) sum += weights[w + i]! * rows[at + i]!;
    for (let i = inputs; i < row - 1; i++) sum += weights[w + i]! * rows[at + row + i]!;
    raw[q] = sum;
  }
  outlook.logMean = level + levelReach * Math.tanh(raw[0]! / levelReach);
  outlook.logAlpha = alphaCentre + alphaReach * Math.tanh(raw[1]! / alphaReach);
  share(outlook);
}

function share({ raw, profile, shares }: Outlook): void {
  let most = Number.NEGATIVE_INFINITY;
  for (let h = 0; h < shares.length; h++) {
    let sum = 0;
    for (let i = 0; i < profileCount; i++) sum += raw[2 + i]! * profile[h * profileCount + i]!;
    shares[h] = sum;
    if (sum > most) most = sum;
  }
  let total = 0;
  for (let h = 0; h < shares.length; h++) {
    shares[h] = Math.exp(shares[h]! - most);
    total += shares[h]!;
  }
  for (let h = 0; h < shares.length; h++) shares[h]! /= total;
}

/**
 * Loss of an outlook against what came, `sums[from + 1 + h] - sums[from + h]` in step h: that of the horizon's reads under
 * the negative binomial, and of their steps under the multinomial. Leaves the slopes by the heads' outputs in `rawSlopes`.
 */
export function outlookLoss(outlook: Outlook, sums: Float64Array, from: number): number {
  const { raw, profile, shares, rawSlopes, countSlopes } = outlook;
  const total = sums[from + shares.length]! - sums[from]!;
  let loss = countLoss(total, outlook.logMean, outlook.logAlpha, countSlopes);
  const levelBend = Math.tanh(raw[0]! / levelReach);
  const alphaBend = Math.tanh(raw[1]! / alphaReach);
  rawSlopes.fill(0);
  rawSlopes[0] = countSlopes[0]! * (1 - levelBend * levelBend);
  rawSlopes[1] = countSlopes[1]! * (1 - alphaBend * alphaBend);
  if (total === 0) return loss;
  const weight = 1 / (1 + total / independentReads);
  for (let h = 0; h < shares.length; h++) {
    const reads = sums[from + h + 1]! - sums[from + h]!;
    if (reads > 0) loss -= weight * reads * Math.log(shares[h]! + Number.MIN_VALUE);
    const slope = weight * (total * shares[h]! - reads);
    for (let i = 0; i < profileCount; i++) rawSlopes[2 + i]! += slope * profile[h * profileCount + i]!;
  }
  return loss;
}

/** Adds the slopes by the heads' weights to `slopes`, and writes those by the hidden state after the step to `hiddenSlopes`. */
export function backHeads(
  shape: NetworkShape,
  weights: Float64Array,
  rows: Float64Array,
  step: number,
  rawSlopes: Float64Array,
  slopes: Float64Array,
  hiddenSlopes: Float64Array,
): void {
  const { inputs, hidden, row, heads } = shape;
  const at = step * row;
  for (let q = 0; q < outputCount; q++) {
    const w = heads + q * row;
    const slope = rawSlopes[q]!;
    for (let i = 0; i < inputs; i++) slopes[w + i]! += slope * rows[at + i]!;
    for (let i = 0; i < hidden; i++) {
      slopes[w + inputs + i]! += slope * rows[at + row + inputs + i]!;
      hiddenSlopes[step * hidden + i]! += slope * weights[w + inputs + i]!;
    }
    slopes[w + row - 1]! += slope;
  }
}
