import type { Clock } from '../clock.ts';
import type { ReplicaGroup } from '../group/config.ts';
import type { HandOver } from '../sync/add-replica.ts';
import type { Batches } from '../sync/batches.ts';
import type { JoinerSpec } from '../sync/refusals.ts';

export interface DoctorOptions {
  group: ReplicaGroup;
  /** The replica that is to be added; undefined where only those that are there are looked at. */
  joiner: JoinerSpec | undefined;
  /** The plan that a run would take, whose keys are to be the table's; undefined for none. */
  planned?: Batches | undefined;
  /** Of add-replica: a table that is at the joiner's place is to go. */
  replace: boolean;
  /** Of add-replica: the joiner's server is to answer reads while it is built. */
  servesSql?: boolean | undefined;
  /** Of add-replica: what becomes of a joiner at PostgreSQL. Throws what the wish for it would be refused with. */
  handOver?: (() => HandOver | undefined) | undefined;
  /** A Node program for hosts that have none. */
  runtime: string | undefined;
  /** How long a host may take to let us in, and for each answer. */
  timeoutMs: number;
  clock: Clock;
  signal: AbortSignal;
}
