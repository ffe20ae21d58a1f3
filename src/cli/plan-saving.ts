import { existsSync } from 'node:fs';
import { ForesyncError } from '../core/errors.ts';
import { editedPlan } from '../core/plan/inspect/edited-plan.ts';
import type { InspectedPlan } from '../core/plan/inspect/inspected-plan.ts';
import type { PlanEdits } from '../core/plan/inspect/plan-edits.ts';
import { streamPlan, writePlan } from '../core/plan/write-plan.ts';
import { printable } from '../core/text.ts';

/**
 * Writes what edits make of a plan to a file, or to standard output for '-'. Refuses a file that is there as `refuseExistingPlan` does, unless it
 * may be replaced.
 */
export async function savePlan(
  plan: InspectedPlan,
  edits: PlanEdits,
  options: { file: string; replace: boolean; nowMs: number; signal: AbortSignal },
): Promise<void> {
  const { file, replace, nowMs, signal } = options;
  const edited = editedPlan(plan.index, edits, plan.outcome(edits), nowMs);
  if (file === '-') return streamPlan(process.stdout, edited, { end: false, signal });
  if (!replace) refuseExistingPlan(file);
  await writePlan(file, edited, signal);
}

/** Throws `plan-exists` (kind `exists`) for a file that is there. */
export function refuseExistingPlan(file: string): void {
  if (!existsSync(file)) return;
  throw new ForesyncError('exists', 'plan-exists', `There is a file ${printable(file)} already.`, {
    hint: 'Name another file, or give --replace to write over it.',
  });
}
