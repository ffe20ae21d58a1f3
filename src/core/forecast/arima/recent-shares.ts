import type { Panel } from '../panel/panel.ts';

/** In horizons. How fast shares change differs between histories by orders of magnitude. */
const halfLives = [1, 2, 4, 8, 16, 64];
const mostWindows = 8;

export interface RecentShares {
  /** Of its group's reads, by key. */
  share: Float64Array;
  /**
   * Variance of a key's reads in a horizon around its share of the group's, in multiples of the expected reads, by key;
   * 1 where they are Poisson.
   */
  dispersion: Float64Array;
}

/**
 * Each key's share of its group by decayed counts, with the half-life that shares out the group's reads best, by squared
 * error of square roots, over the last horizons of the panel.
 * @param groupOf the series that the key is a part of, by key; keys of one group have the same array
 */
export function recentShares(
  panel: Panel,
  horizonSteps: number,
  groupOf: (key: number) => Float64Array,
): RecentShares {
  const { keys, steps } = panel;
  const windows = Math.min(mostWindows, Math.max(0, Math.floor(steps / horizonSteps) - 1));
  const cuts = Array.from({ length: windows + 1 }, (_, i) => steps - (windows - i) * horizonSteps);
  let best: (RecentShares & { loss: number }) | undefined;
  for (const halfLife of halfLives) {
    const decay = 2 ** (-1 / (halfLife * horizonSteps));
    const groups = new Map<Float64Array, Float64Array>();
    const share = new Float64Array(keys);
    const dispersion = new Float64Array(keys);
    let loss = 0;
    for (let key = 0; key < keys; key++) {
      const group = groupOf(key);
      const groupCounts = groups.get(group) ?? decayedAt(group, cuts, decay);
      groups.set(group, groupCounts);
      const own = panel.reads.subarray(key * steps, (key + 1) * steps);
      const counts = decayedAt(own, cuts, decay);
      const shareAt = (i: number) => (groupCounts[i]! > 0 ? Math.min(1, counts[i]! / groupCounts[i]!) : 0);
      // One Poisson read beforehand, so that a key without a read in these windows has a figure too.
      let squares = 1;
      let reads = 1;
      for (let i = 0; i < windows; i++) {
        const expected = shareAt(i) * sum(group, cuts[i]!, cuts[i]! + horizonSteps);
        const came = sum(own, cuts[i]!, cuts[i]! + horizonSteps);
        loss += (Math.sqrt(expected) - Math.sqrt(came)) ** 2;
        squares += (expected - came) ** 2;
        reads += expected;
      }
      share[key] = shareAt(windows);
      dispersion[key] = Math.max(1, squares / reads);
    }
    if (best === undefined || loss < best.loss) best = { share, dispersion, loss };
  }
  return best!;
}

/** Decayed count of what came before each cut; cuts ascend. */
function decayedAt(series: ArrayLike<number>, cuts: number[], decay: number): Float64Array {
  const counts = new Float64Array(cuts.length);
  let count = 0;
  let next = 0;
  for (let step = 0; step <= series.length; step++) {
    while (cuts[next] === step) counts[next++] = count;
    count = count * decay + (series[step] ?? 0);
  }
  return counts;
}

function sum(series: ArrayLike<number>, from: number, to: number): number {
  let total = 0;
  for (let step = from; step < to; step++) total += series[step]!;
  return total;
}
