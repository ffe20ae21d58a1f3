import type { JoinCosts } from './join-costs.ts';

/** What a simulated join copies, over what link, between what machines. */
export interface JoinModel {
  /** Of the whole table. */
  rows: number;
  /** What a row takes in the donor's file, where no log says it. */
  rowBytes: number;
  /** Bytes of rows that become one byte on the link, in the order of the table. */
  compression: number;
  /** How many times more a planned row takes on the link than one that is sent in the order of the table. */
  plannedToScanned: number;
  /** Of the joiner's link, which all donors share; Infinity where nothing limits it. */
  linkBytesPerSecond: number;
  /** What the operator allows (`--bwlimit`); Infinity without a limit. */
  limitBytesPerSecond: number;
  /** Between the joiner and who sends it rows. */
  rttMs: number;
  /** Who gives planned rows; the snapshot is the lead's alone. */
  donors: number;
  costs: JoinCosts;
  /** How many different rows are written within a time of that length, once the join has begun. Never falls. */
  changedWithin(ms: number): number;
}

/** What goes ahead of the snapshot, of the whole table. */
export interface HotLoad {
  rows: number;
  bytes: number;
}
