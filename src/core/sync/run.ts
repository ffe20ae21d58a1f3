import type { AgentClient } from '../agent/client.ts';
import type { Result } from '../agent/protocol.ts';
import type { Clock } from '../clock.ts';
import type { ReplicaGroup } from '../group/config.ts';
import type { PlanEntry, PlanHeader } from '../plan/prefetch-plan.ts';
import type { CaptureHolder } from './capture-lease.ts';
import type { Emit, PhaseName, RunEvent, RunFact } from './events.ts';

/** A plan as a run takes it: entries best first; `entries` may be called again. */
export interface PlanSource {
  /** Where it came from, in words. */
  from: string;
  header: PlanHeader;
  entries(): AsyncIterable<PlanEntry>;
}

/** What every run is given from outside. */
export interface RunOptions {
  runId: string;
  group: ReplicaGroup;
  plan: PlanSource | undefined;
  /** Entries under it are not prefetched; the plan's own threshold where it is undefined. */
  minConfidence: number | undefined;
  /** A node program for hosts that have none (`--runtime`). */
  runtime: string | undefined;
  clock: Clock;
  /** An agent that owes an answer and neither sends nor takes a byte for so long is given up. */
  stallTimeoutMs: number;
  /** A new identifier that nobody else has. */
  newId(): string;
  signal: AbortSignal;
  /** The run of the same journal that a capture at the lead is of; undefined where none is. */
  holderOf?: ((captureId: string) => CaptureHolder | undefined) | undefined;
  onEvent(event: RunEvent): void;
}

export type DonorTable = Result<'donor.open'>;

/** A donor that is connected, with its table open. */
export interface Donor {
  name: string;
  agent: AgentClient;
  table: DonorTable;
}

/** Bounds of what one chunk may carry, before compression. */
export const chunkBytes = 4 * 1024 * 1024;
export const deltaLimits = { maxKeys: 5000, maxBytes: 8 * 1024 * 1024 };

/** Chunks under way between donor and joiner: enough to fill a long link, few enough to stay small in memory. */
export const pipelineDepth = 4;

export function emitter(options: RunOptions): Emit {
  return (fact: RunFact) => options.onEvent({ ...fact, atMs: options.clock.nowMs() } as RunEvent);
}

/** The event that a run begins with. */
export function startOf(
  { runId, group }: RunOptions,
  run: { command: 'prefetch' | 'add-replica'; joiner?: string; phases: PhaseName[] },
): RunFact {
  return {
    type: 'start',
    runId,
    group: group.name,
    table: group.table,
    lead: group.lead.name,
    ...run,
  };
}
