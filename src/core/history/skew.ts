/** How unequal the reads are over the keys. */
export interface Skew {
  /** Share of all reads that the hottest 1 % of the keys have, 0 to 1. */
  top1Share: number;
  top10Share: number;
  /** 0 where all keys are read alike, towards 1 where one has them all. */
  gini: number;
  /** s of reads ~ rank^-s, by least squares over ranks 1, 2, 4, 8, …; undefined below 16 keys that were read. */
  zipfExponent: number | undefined;
}

/** Keys that were read equally often, most reads first. */
export interface ReadLevel {
  reads: number;
  keys: number;
}

const fewestKeys = 16;

export function skewOf(levels: readonly ReadLevel[]): Skew {
  const keys = levels.reduce((sum, level) => sum + level.keys, 0);
  const reads = levels.reduce((sum, level) => sum + level.keys * level.reads, 0);
  return {
    top1Share: shareOfHottest(levels, Math.ceil(keys * 0.01), reads),
    top10Share: shareOfHottest(levels, Math.ceil(keys * 0.1), reads),
    gini: gini(levels, keys, reads),
    zipfExponent: zipfExponent(levels.filter((level) => level.reads > 0)),
  };
}

function shareOfHottest(levels: readonly ReadLevel[], count: number, reads: number): number {
  let left = count;
  let served = 0;
  for (const level of levels) {
    const taken = Math.min(left, level.keys);
    served += taken * level.reads;
    left -= taken;
    if (left === 0) break;
  }
  return reads === 0 ? 0 : served / reads;
}

/** One minus twice the area under the Lorenz curve, by trapezoids. */
function gini(levels: readonly ReadLevel[], keys: number, reads: number): number {
  if (reads === 0) return 0;
  let area = 0;
  let cumulated = 0;
  for (let i = levels.length - 1; i >= 0; i--) {
    const level = levels[i] as ReadLevel;
    const share = (level.keys * level.reads) / reads;
    area += (level.keys / keys) * (cumulated + share / 2);
    cumulated += share;
  }
  return Math.max(0, 1 - 2 * area);
}

function zipfExponent(levels: readonly ReadLevel[]): number | undefined {
  const keys = levels.reduce((sum, level) => sum + level.keys, 0);
  if (keys < fewestKeys) return undefined;
  const points: { x: number; y: number }[] = [];
  let level = 0;
  let covered = levels[0]?.keys ?? 0;
  for (let rank = 1; rank <= keys; rank *= 2) {
    while (covered < rank) covered += levels[++level]?.keys ?? 0;
    points.push({ x: Math.log(rank), y: Math.log(levels[level]?.reads ?? 1) });
  }
  const meanX = points.reduce((sum, point) => sum + point.x, 0) / points.length;
  const meanY = points.reduce((sum, point) => sum + point.y, 0) / points.length;
  const covariance = points.reduce((sum, point) => sum + (point.x - meanX) * (point.y - meanY), 0);
  const variance = points.reduce((sum, point) => sum + (point.x - meanX) ** 2, 0);
  return Math.max(0, -covariance / variance);
}
