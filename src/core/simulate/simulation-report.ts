import type { JoinCosts } from './join-costs.ts';
import type { SimulatedJoin } from './simulate-join.ts';
import type { SourcedFigures } from './table-figures.ts';

/** What a simulation was of, and what it came to. Rows, keys, bytes and reads are those of the whole table. */
export interface SimulationReport {
  /** Where the join begins; milliseconds since the epoch. */
  originMs: number;
  horizonMs: number;
  /** How many times faster accesses come than the logs have them; the times below, and those of joins, are the join's own. */
  timeScale: number;
  /** How long after the origin accesses go on. */
  windowMs: number;
  /** Until the slowest join is in sync or the window ends: the time that all hit rates are of. */
  lookedAtMs: number;
  /** In that time. */
  reads: number;
  replayed: 'logs' | 'history';
  model: {
    table: SourcedFigures;
    /** Undefined where nothing limits it. */
    linkBytesPerSecond: number | undefined;
    /** As `--bwlimit`. */
    limitBytesPerSecond: number | undefined;
    rttMs: number;
    donors: number;
    /** Changed rows a second; undefined where they are as the logs have them. */
    writesPerSecond: number | undefined;
    costs: JoinCosts;
  };
  /** Keys that were looked at, and which share of all keys that is. */
  sample: { keys: number; share: number };
  /** Absent where foresync's order was not asked for. */
  plan: { from: 'file' | 'forecast'; file: string | undefined; unknownShare: number } | undefined;
  joins: SimulatedJoin[];
}
