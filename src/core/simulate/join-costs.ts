/** What reading, packing, sending and writing cost, where the link does not hold them back. Rates are in rows a second. */
export interface JoinCosts {
  /** From the run's start until rows may go, without what the distance adds. */
  connectMs: number;
  hotRowsPerSecond: number;
  snapshotRowsPerSecond: number;
  deltaRowsPerSecond: number;
  verifyRowsPerSecond: number;
  publishMs: number;
}

/** Round trips of what is asked for once. */
export const roundTrips = { connect: 9, verify: 2, publish: 1 } as const;

/** Counting the rows of a table of which nobody changed any: what there is to compare then, at both ends. */
export const countedRowsPerSecond = 4_500_000;

/** Nanoseconds a row and a byte, by phase. */
const measured = {
  hot: { row: 28_000, byte: 20 },
  snapshot: { row: 1_300, byte: 6 },
  delta: { row: 10_000, byte: 20 },
  verify: { row: 900, byte: 3 },
} as const;

/**
 * As measured on two cores that donor, joiner and operator share: connecting, hot rows, snapshot and publishing as in docs/PERFORMANCE.md ("What
 * does `add-replica` cost beside the plainest copy?"), what a round trip adds as there ("What does distance cost?"), and Delta Log and comparison of joins
 * of 400,000 rows of 250 bytes, 100,000 of which were changed meanwhile. For an INTEGER PRIMARY KEY; with a TEXT PRIMARY KEY in random order a snapshot
 * takes about three times as long.
 */
export function measuredCosts(rowBytes: number): JoinCosts {
  const rate = ({ row, byte }: { row: number; byte: number }) => 1e9 / (row + byte * rowBytes);
  return {
    connectMs: 600,
    hotRowsPerSecond: rate(measured.hot),
    snapshotRowsPerSecond: rate(measured.snapshot),
    deltaRowsPerSecond: rate(measured.delta),
    verifyRowsPerSecond: rate(measured.verify),
    publishMs: 100,
  };
}
