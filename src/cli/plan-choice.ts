import { existsSync } from 'node:fs';
import type { ReplicaGroup } from '../core/group/config.ts';
import { packPlan, unpackPlan } from '../core/plan/plan-text.ts';
import { readPlan } from '../core/plan/read-plan.ts';
import { openState } from '../core/state/open.ts';
import { listRuns, readRunPlan } from '../core/state/runs.ts';
import type { PlanSource } from '../core/sync/run.ts';

export interface ChosenPlan {
  source: PlanSource;
  /** The plan file's text as zstd, for the journal. */
  packed: Buffer;
  /** Where it came from, in words. */
  from: string;
}

/** Where `foresync plan` writes unless it is told otherwise. */
export const usualPlanFile = 'plan.jsonl';

export async function planFromFile(file: string): Promise<ChosenPlan> {
  return { source: await readPlan(file), packed: await packPlan(file), from: file };
}

/**
 * The plan for an add-replica that names none: that of the prefetch which waits for one, else plan.jsonl where it is in
 * this folder, else none.
 */
export async function usualPlan(group: ReplicaGroup, stateFile: string): Promise<ChosenPlan | undefined> {
  const packed = waitingPrefetch(group, stateFile);
  if (packed) return { source: unpackPlan(packed), packed, from: 'the prefetch' };
  return existsSync(usualPlanFile) ? planFromFile(usualPlanFile) : undefined;
}

function waitingPrefetch(group: ReplicaGroup, stateFile: string): Buffer | undefined {
  if (!existsSync(stateFile)) return undefined;
  const state = openState(stateFile);
  try {
    const newest = listRuns(state, { group: group.name, limit: 50 }).find(
      ({ outcome }) => outcome === 'done',
    );
    return newest?.command === 'prefetch' ? readRunPlan(state, newest.id) : undefined;
  } finally {
    state.close();
  }
}
