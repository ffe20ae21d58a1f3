import { noScore, type Outcome } from './confidence.ts';

/** Expected reads of a key = volume · e^intercept · share^slope; of a key without a score = volume · zeroRate. */
export interface RateFit {
  intercept: number;
  slope: number;
  zeroRate: number;
}

/** A key's reads are its share of the group's. */
export const proportional: RateFit = { intercept: 0, slope: 1, zeroRate: 0 };

/** Outside this range the fit follows a few odd windows rather than the keys. */
const slopeRange = [0.5, 1.25] as const;
const rounds = 25;

/**
 * Poisson regression with a logarithmic link of reads on the logarithm of the share, with the volume as exposure, by
 * Newton's method. The link makes the expected reads of the backtest add up to those that came, and a slope below 1
 * draws keys towards the average as far as they turned out to go there.
 */
export function fitRate(outcomes: Outcome[]): RateFit {
  const scored = outcomes.filter((o) => o.logShare !== noScore);
  const total = scored.reduce((sum, o) => sum + o.reads, 0);
  if (total === 0) return { ...proportional, zeroRate: zeroRate(outcomes) };
  let slope = 1;
  let intercept = interceptFor(scored, slope, total);
  for (let round = 0; round < rounds; round++) {
    const step = newtonStep(scored, intercept, slope);
    if (!Number.isFinite(step)) break;
    slope = Math.min(slopeRange[1], Math.max(slopeRange[0], slope + Math.max(-0.25, Math.min(0.25, step))));
    intercept = interceptFor(scored, slope, total);
    if (Math.abs(step) < 1e-9) break;
  }
  return { intercept, slope, zeroRate: zeroRate(outcomes) };
}

/** With the intercept solved for, the slope's own step: score over information, both about the weighted mean. */
function newtonStep(outcomes: Outcome[], intercept: number, slope: number): number {
  let sum = 0;
  let first = 0;
  let second = 0;
  let score = 0;
  for (const o of outcomes) {
    const expected = o.keys * Math.exp(o.logVolume + intercept + slope * o.logShare);
    sum += expected;
    first += expected * o.logShare;
    second += expected * o.logShare * o.logShare;
    score += (o.reads - expected) * o.logShare;
  }
  return score / (second - (first * first) / sum);
}

function interceptFor(outcomes: Outcome[], slope: number, total: number): number {
  const sum = outcomes.reduce((s, o) => s + o.keys * Math.exp(o.logVolume + slope * o.logShare), 0);
  return Math.log(total / sum);
}

function zeroRate(outcomes: Outcome[]): number {
  let reads = 0;
  let exposure = 0;
  for (const o of outcomes) {
    if (o.logShare !== noScore) continue;
    reads += o.reads;
    exposure += o.keys * Math.exp(o.logVolume);
  }
  return exposure > 0 ? reads / exposure : 0;
}

export function expectedReads(fit: RateFit, logShare: number, volume: number): number {
  return volume * (logShare === noScore ? fit.zeroRate : Math.exp(fit.intercept + fit.slope * logShare));
}

/** The share that gives these expected reads; the inverse of `expectedReads`. */
export function logShareOf(fit: RateFit, reads: number, volume: number): number {
  return (Math.log(reads / volume) - fit.intercept) / fit.slope;
}
