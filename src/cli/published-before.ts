import { existsSync } from 'node:fs';
import { z } from 'zod';
import type { ReplicaGroup } from '../core/group/config.ts';
import { openState } from '../core/state/open.ts';
import { type JournaledRun, listJournal } from '../core/state/run-progress.ts';
import { recordRun } from '../core/state/runs.ts';
import type { AddReplicaResult } from '../core/sync/add-replica.ts';
import { type AddReplicaRequest, joinerStoreOf, storedRequest } from '../core/sync/run-request.ts';

/** A run that published its joiner, proven equal, and then ended without its clean-up, or without a word that it was done with it. */
export interface PublishedRun {
  run: JournaledRun;
  /** `mayBeBehind`: it may have been in the middle of a round of changes since. */
  result: AddReplicaResult & { mayBeBehind: boolean };
}

/** Older runs than so many have been gone on with, or never will be. */
const lookedAt = 500;

const inSync = z.object({ inSyncAtMs: z.number(), inSyncWatermark: z.number(), inSyncRows: z.number() });

/** The newest run for a joiner in its store, where it is such a one. */
export function publishedBefore(
  group: ReplicaGroup,
  request: AddReplicaRequest,
  stateFile: string,
): PublishedRun | undefined {
  if (!existsSync(stateFile)) return undefined;
  const state = openState(stateFile);
  try {
    const run = listJournal(state, { limit: lookedAt }).find(
      (one) =>
        one.command === 'add-replica' &&
        one.group === group.name &&
        one.joiner === request.joiner.name &&
        joinerStoreOf(storedRequest(one.request)) === joinerStoreOf(request),
    );
    const found = run?.outcome === 'done' ? undefined : inSync.safeParse(run?.snapshot);
    if (!run || !found?.success) return undefined;
    const { inSyncWatermark: watermark, inSyncRows: rows } = found.data;
    const asked = storedRequest(run.request);
    const mayBeBehind = asked?.command !== 'add-replica' || asked.follow === true;
    return { run, result: { watermark, rows, mayBeBehind } };
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
