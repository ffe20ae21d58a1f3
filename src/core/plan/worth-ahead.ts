/** The table that a plan is sized for. */
export interface JoinedTable {
  /** At least as many as there are keys that the history knows. */
  rows: number;
  /** What that is known from: a flag, or the table's latest run. */
  from: 'flag' | 'run';
}

/**
 * How many times as long as in the order of the table a row takes that is sent ahead: 1.5 where the link is what holds it up, some ten
 * where the machines are (docs/PERFORMANCE.md, "What does `add-replica` cost beside the plainest copy?"). The larger one plans less.
 */
const timesAsLong = 10;

/**
 * How many of the keys, by their expected reads in their order, go ahead of the snapshot so that the fewest reads are missed until all rows are there: `least` at
 * least. `restReads` are those expected of all rows that are not among the keys.
 *
 * Rows that go ahead come one after the other, and delay all that come after them; the others come anywhere in the snapshot, half of it later
 * on average. With reads at a steady rate, m rows ahead of n miss κ·Σ(j·rⱼ) + R·(κ·m + (n − m)/2) of them, in units of what a row takes in the order
 * of the table: rⱼ those of the j-th, R those of all that do not go ahead, κ what a row ahead takes. That is found for every m.
 */
export function worthAhead(
  reads: Float64Array,
  { rows, restReads, least }: { rows: number; restReads: number; least: number },
): number {
  let behind = reads.reduce((sum, value) => sum + value, restReads);
  let ahead = 0;
  let best = { keys: 0, missed: Number.POSITIVE_INFINITY };
  for (let keys = 0; keys <= reads.length; keys++) {
    const missed = ahead + behind * (timesAsLong * keys + Math.max(0, rows - keys) / 2);
    // What rounding alone makes smaller is no reason to send more ahead.
    if (keys >= least && missed < best.missed * (1 - 1e-12)) best = { keys, missed };
    const next = reads[keys] ?? 0;
    ahead += timesAsLong * (keys + 1) * next;
    behind = Math.max(0, behind - next);
  }
  return best.keys;
}
