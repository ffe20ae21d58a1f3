import { existsSync } from 'node:fs';
import { z } from 'zod';
import type { ReplicaGroup } from '../core/group/config.ts';
import { openState } from '../core/state/open.ts';
import { listRuns, recordRun, type StoredRun } from '../core/state/runs.ts';
import type { AddReplicaResult } from '../core/sync/add-replica.ts';

/** A run that published its joiner and then ended without a word. */
export interface PublishedRun {
  run: StoredRun;
  result: AddReplicaResult;
}

const inSync = z.object({ inSyncAtMs: z.number(), inSyncWatermark: z.number(), inSyncRows: z.number() });

/** The newest run for a joiner, where it is such a one. */
export function publishedBefore(
  group: ReplicaGroup,
  joiner: string,
  stateFile: string,
): PublishedRun | undefined {
  if (!existsSync(stateFile)) return undefined;
  const state = openState(stateFile);
  try {
    const runs = listRuns(state, { group: group.name, command: 'add-replica', limit: 50 });
    const run = runs.find((one) => one.joiner === joiner);
    const found = run?.outcome === 'running' ? inSync.safeParse(run.snapshot) : undefined;
    if (!run || !found?.success) return undefined;
    return { run, result: { watermark: found.data.inSyncWatermark, rows: found.data.inSyncRows } };
  } finally {
    state.close();
  }
}

/** Notes in the journal that it has ended well after all. */
export function notePublished({ run }: PublishedRun, stateFile: string): void {
  const state = openState(stateFile);
  recordRun(state, { ...run, outcome: 'done' });
  state.close();
}
