import { existsSync } from 'node:fs';
import type { ReplicaGroup } from '../core/group/config.ts';
import { packPlan, unpackPlan } from '../core/plan/plan-text.ts';
import { readPlan } from '../core/plan/read-plan.ts';
import { openState, type StateFile } from '../core/state/open.ts';
import { listRuns, readRunPlan } from '../core/state/runs.ts';
import { checkPlanFor } from '../core/sync/batches.ts';
import { planEndMs, stalePlan } from '../core/sync/plan-fits.ts';
import type { PlanSource } from '../core/sync/run.ts';

export interface ChosenPlan {
  source: PlanSource;
  /** The plan file's text as zstd, for the journal. */
  packed: Buffer;
}

/** Where `foresync plan` writes unless it is told otherwise. */
export const usualPlanFile = 'plan.jsonl';

export async function planFromFile(file: string): Promise<ChosenPlan> {
  return { source: { from: file, ...(await readPlan(file)) }, packed: await packPlan(file) };
}

/** Refuses a plan of another group or table (`plan-foreign`), and one whose time is over (`plan-stale`). */
export function refuseStale({ source }: ChosenPlan, group: ReplicaGroup, nowMs: number): void {
  checkPlanFor(source.header, group);
  if (planEndMs(source.header) < nowMs) throw stalePlan(source.from, source.header);
}

/**
 * The plan for an add-replica that names none: that of the prefetch which waits for one, else plan.jsonl where it is in
 * this folder, else none. Without a state file no prefetch is looked for.
 */
export async function usualPlan(
  group: ReplicaGroup,
  stateFile: string | undefined,
): Promise<ChosenPlan | undefined> {
  const packed = stateFile === undefined ? undefined : waitingPrefetch(group, stateFile);
  if (packed) return { source: { from: 'that of the prefetch', ...unpackPlan(packed) }, packed };
  return existsSync(usualPlanFile) ? planFromFile(usualPlanFile) : undefined;
}

/** The plan that a run had, out of the journal; undefined where it had none. */
export function keptPlan(
  state: StateFile,
  runId: string,
  { planFrom }: { planFrom?: string | undefined },
): ChosenPlan | undefined {
  const packed = readRunPlan(state, runId);
  return packed && { source: { from: planFrom ?? 'the journal', ...unpackPlan(packed) }, packed };
}

function waitingPrefetch(group: ReplicaGroup, stateFile: string): Buffer | undefined {
  if (!existsSync(stateFile)) return undefined;
  const state = openState(stateFile);
  try {
    const runs = listRuns(state, { group: group.name, limit: 50 });
    const newest = runs.find(({ outcome }) => outcome === 'done' || outcome === 'released');
    const waits = newest?.command === 'prefetch' && newest.outcome === 'done';
    return waits ? readRunPlan(state, newest.id) : undefined;
  } finally {
    state.close();
  }
}
