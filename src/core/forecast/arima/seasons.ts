import type { Panel } from '../panel/panel.ts';

/** A cycle that a panel's steps can follow. */
export interface Season {
  steps: number;
  /** Steps at the end of the panel over which the cycle, rounded to whole steps, does not slip by more than one. */
  usable: number;
}

const dayMs = 86_400_000;
/** A cycle of more steps takes seconds a fit: the cost grows with the fourth power. */
const longest = 168;
const shortest = 4;
const timesSeen = 3;
/** The week has to explain this much more of the variance than the day: it has seven times as many figures to fit. */
const weekLead = 0.05;

/** The day or the week, whichever the group's reads follow more; undefined where the panel shows neither often enough. */
export function strongestSeason(panel: Panel): Season | undefined {
  const roots = panel.group.map(Math.sqrt);
  const day = seasonOf(dayMs, panel);
  const week = seasonOf(7 * dayMs, panel);
  if (day === undefined || week === undefined) return day ?? week;
  return explained(roots, week) > explained(roots, day) + weekLead ? week : day;
}

function seasonOf(periodMs: number, { steps, stepMs }: Panel): Season | undefined {
  const exact = periodMs / stepMs;
  const rounded = Math.round(exact);
  if (!(rounded >= shortest && rounded <= longest)) return undefined;
  const slip = Math.abs(exact - rounded);
  const seasons = slip > 0 ? Math.floor(1 / slip) : Number.POSITIVE_INFINITY;
  const usable = Math.min(steps, seasons * rounded);
  return usable >= timesSeen * rounded ? { steps: rounded, usable } : undefined;
}

/** Share of the variance that the mean of the other seasons at the same phase explains; below 0 where it misleads. */
function explained(roots: Float64Array, { steps, usable }: Season): number {
  const sums = new Float64Array(steps);
  const counts = new Float64Array(steps);
  const from = roots.length - usable;
  let mean = 0;
  for (let i = from; i < roots.length; i++) {
    sums[i % steps]! += roots[i]!;
    counts[i % steps]!++;
    mean += roots[i]! / usable;
  }
  let left = 0;
  let all = 0;
  for (let i = from; i < roots.length; i++) {
    const others = counts[i % steps]! - 1;
    const expected = (sums[i % steps]! - roots[i]!) / others;
    left += (roots[i]! - expected) ** 2;
    all += (roots[i]! - mean) ** 2;
  }
  return all > 0 ? 1 - left / all : 0;
}
