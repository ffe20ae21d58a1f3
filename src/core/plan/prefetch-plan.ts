import type { RowKey } from '../row-key.ts';

export interface PlanHeader {
  kind: 'foresync.plan';
  version: 1;
  /** Absent where the plan was made without a foresync.yaml. */
  group?: string | undefined;
  table?: string | undefined;
  /** ISO 8601, UTC. The forecast covers (origin, origin + horizonMs]. */
  origin: string;
  horizonMs: number;
  model: string;
  minConfidence: number;
  entries: number;
  /** Share of the horizon's reads that the entries are expected to serve, 0 to 1. */
  expectedHitRate: number;
  [more: string]: unknown;
}

/** One planned key. Entries stand in order of priority, best first. */
export interface PlanEntry {
  key: RowKey;
  /** Calibrated probability that the key is read within the horizon. */
  confidence: number;
  /** ISO 8601; median of the key's first read, given that it is read. */
  expectedAt: string;
  expectedReads: number;
  expectedWrites: number;
  sizeBytes?: number | undefined;
  /** The replica to read the row from. */
  donor?: string | undefined;
  /** What the figures come from; `pin` for a pinned key that the history does not know, which has no figures. */
  model: string;
  /** An operator wants the row whatever its confidence. */
  pinned?: boolean | undefined;
}
