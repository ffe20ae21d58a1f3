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
export const roundTrips = { connect: 9, publish: 3 } as const;

/** Nanoseconds a row and a byte, by phase. */
const measured = {
  hot: { row: 20_000, byte: 20 },
  snapshot: { row: 1_300, byte: 5 },
  delta: { row: 10_000, byte: 20 },
  verify: { row: 900, byte: 3 },
} as const;

/**
 * As measured on two cores that donor, joiner and operator share (docs/PERFORMANCE.md, "What does `add-replica` cost beside the plainest
 * copy?" and "What does distance cost?"), for a table with an INTEGER PRIMARY KEY; a TEXT PRIMARY KEY in random order takes about three times as long.
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
