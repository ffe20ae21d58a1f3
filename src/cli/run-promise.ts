import type { ReplicaGroup } from '../core/group/config.ts';
import { reportOf } from '../core/metrics/run-report.ts';
import { promiseOf } from '../core/simulate/run-promise.ts';
import type { StateFile } from '../core/state/open.ts';
import { listRuns } from '../core/state/runs.ts';
import type { RunEvent, RunPromise } from '../core/sync/events.ts';
import type { RunSnapshot } from '../core/sync/snapshot.ts';

const searchedRuns = 50;

/** Whether it is time for a run to say when it will be there: what it copies is known, and the first row not read yet. */
export function isPromiseDue(event: RunEvent, run: RunSnapshot): boolean {
  if (event.type !== 'phase' || run.command !== 'add-replica' || run.promise || run.resumed) return false;
  return event.phase === 'hot' || event.phase === 'snapshot';
}

/** What the group's earlier runs of the table, or foresync's measured costs, give reason to promise. Undefined before the table was looked at. */
export function promiseFor(
  run: RunSnapshot,
  { state, group }: { state: StateFile; group: ReplicaGroup },
): RunPromise | undefined {
  const { tableEstimate, plan, limit, donors, atMs, startedAtMs } = run;
  if (!tableEstimate) return undefined;
  const earlier = listRuns(state, { group: group.name, command: 'add-replica', limit: searchedRuns }).filter(
    ({ id, table }) => id !== run.runId && table === group.table,
  );
  return promiseOf(
    earlier.flatMap((stored) => reportOf(stored).figures ?? []),
    {
      elapsedMs: atMs - startedAtMs,
      tableRows: tableEstimate.rows,
      tableBytes: tableEstimate.sizeBytes,
      plannedKeys: plan?.keys,
      limitBytesPerSecond: limit?.bytesPerSecond,
      donors: Math.max(1, donors.filter(({ state }) => state !== 'lost').length),
    },
  );
}
