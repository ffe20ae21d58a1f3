import type { Candidates } from './candidates.ts';

/**
 * When the snapshot brings the rows that were not planned: between `startMs` and `startMs + durationMs` after the
 * plan's origin. `from` tells where that is known from.
 */
export interface SnapshotTime {
  startMs: number;
  durationMs: number;
  from: 'flag' | 'runs' | 'horizon';
}

/** What a row's extra journey in the Delta Log costs, in reads served: a journey that serves no read is wasted. */
const readsPerJourney = 1;
const steps = 512;

/**
 * What sending each row ahead of the snapshot is worth, in reads: those that it serves early, less the price of the
 * journeys that it makes twice. Not above zero for a row that had better wait for the snapshot. One value a key.
 *
 * Rows travel once whether or not they are planned, so bytes are no cost here: the budget limits them.
 */
export function earlyValues(candidates: Candidates, snapshot: SnapshotTime): Float64Array {
  const { expectedReads, expectedWrites, horizonMs } = candidates;
  const readShare = earlyReadShare(candidates, snapshot);
  const values = new Float64Array(expectedReads.length);
  for (let i = 0; i < values.length; i++) {
    const again = extraJourneys((expectedWrites[i] ?? 0) / horizonMs, snapshot);
    values[i] = (expectedReads[i] ?? 0) * readShare - readsPerJourney * again;
  }
  return values;
}

/**
 * Share of the horizon's reads that come after the planned rows are there and before the snapshot would bring the row.
 * Where in the snapshot a row comes is not known, so its arrival U is uniform over the snapshot's duration, and the
 * share is the mean over U of F(start + U) − F(start), with F the share of reads by a time; by the midpoint rule. Past
 * the horizon, which the forecast does not reach, reads go on at the horizon's mean rate, so the share may pass 1.
 */
export function earlyReadShare(
  { readShareBy, horizonMs }: Pick<Candidates, 'readShareBy' | 'horizonMs'>,
  { startMs, durationMs }: SnapshotTime,
): number {
  const shareBy = (ms: number) => (ms < horizonMs ? readShareBy(ms) : ms / horizonMs);
  let sum = 0;
  for (let i = 0; i < steps; i++) sum += shareBy(startMs + ((i + 0.5) / steps) * durationMs);
  return sum / steps - shareBy(startMs);
}

/**
 * How many times more a row is expected to travel because it was sent at the origin, for writes that come as a Poisson
 * process: 0 to 1. The Delta Log is applied after the snapshot and holds a key once, so a row travels once more
 * where it is written before its arrival U by the snapshot, but not where it is also written after U: then it is in the
 * Delta Log in either case. With rate λ, start s and duration D, the mean over a uniform U of
 * (1 − e^(−λ(s + U))) · e^(−λ(D − U)) is (1 − e^(−λD)) / (λD) − e^(−λ(s + D)).
 */
export function extraJourneys(writesPerMs: number, { startMs, durationMs }: SnapshotTime): number {
  const during = writesPerMs * durationMs;
  if (!(during > 0)) return 0;
  return Math.max(0, -Math.expm1(-during) / during - Math.exp(-during - writesPerMs * startMs));
}
