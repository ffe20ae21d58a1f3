import type { AgentClient } from '../../agent/client.ts';
import type { KeyRange } from '../../store/postgres/table-sql.ts';
import type { Emit } from '../events.ts';
import type { Pace } from '../pace.ts';
import type { ChangesBetween } from './changes-between.ts';
import type { ProvenCopy } from './proven-copy.ts';
import type { Ranges } from './ranges.ts';
import type { SqlServing } from './sql-serving.ts';

export interface CopyOptions {
  lead: AgentClient;
  joiner: AgentClient;
  keyColumns: number;
  rowBytes: number;
  rowsEstimate: number;
  /** Lets chunks wait while changes are applied. */
  between: ChangesBetween;
  /** Told of what was copied. */
  proven: ProvenCopy;
  /** Called once when almost all rows are there. */
  onAlmostAll(): void;
  /** The joiner's agent reads the donor itself, for both are reached from one host. */
  isOneHost: boolean;
  /** Both agents run on this machine. */
  isLocal: boolean;
  /** Has rows be seen in slices, where reads are answered meanwhile. */
  serving: SqlServing | undefined;
  /** Where an earlier run stopped. */
  from: { chunks: number; after: string[] | undefined };
  emit: Emit;
  pace: Pace;
  signal: AbortSignal;
}

/** What all lanes of a copy share. */
export interface CopyRun extends CopyOptions {
  ranges: Ranges;
  /** There is no processor for a second chunk beside the first: two that write into one index cost more than one after the other. */
  isCramped: boolean;
  /** As the rows have turned out to be. */
  size: { rowBytes: number };
  /** A range has arrived. */
  arrived(range: KeyRange, rows: ArrivedRows): void;
}

export interface ArrivedRows {
  rows: number;
  rawBytes: number;
  wireBytes: number;
  proven: boolean;
}

/** A way for chunks from the donor to the joiner. */
export interface ChunkWay {
  /** How much a chunk holds. */
  chunkBytes(pace: Pace): number;
  /** Moves chunks along one lane until no range is left. */
  carry(lane: number, run: CopyRun): Promise<void>;
}
