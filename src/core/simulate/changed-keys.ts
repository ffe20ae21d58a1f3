/** How many different rows are written within a time, see `JoinModel.changedWithin`. */
export type ChangedWithin = (ms: number) => number;

/**
 * As in the replayed time: so many keys of the sample had been written that long after the origin. What lasts longer than that time goes
 * on at its mean rate, until every row has changed.
 */
export function changedAsLogged(
  firstWriteMs: readonly number[],
  { windowMs, share, rows }: { windowMs: number; share: number; rows: number },
): ChangedWithin {
  const sorted = Float64Array.from(firstWriteMs).sort();
  return (ms) => {
    const known = countUpTo(sorted, Math.min(ms, windowMs)) / share;
    return Math.min(rows, ms > windowMs ? known * (ms / windowMs) : known);
  };
}

/** Writes at a steady rate, each of any row alike. */
export function changedAtRate(writesPerSecond: number, rows: number): ChangedWithin {
  return (ms) => -rows * Math.expm1((-writesPerSecond * ms) / 1000 / rows);
}

function countUpTo(sorted: Float64Array, value: number): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((sorted[middle] as number) <= value) low = middle + 1;
    else high = middle;
  }
  return low;
}
