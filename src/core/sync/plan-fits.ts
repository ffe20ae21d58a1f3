import { ForesyncError } from '../errors.ts';
import type { PlanHeader } from '../plan/prefetch-plan.ts';
import { bindKey } from '../store/sqlite/key-codec.ts';
import { printable } from '../text.ts';
import type { Batches } from './batches.ts';

/** Where the forecast of a plan ends. */
export function planEndMs({ origin, horizonMs }: Pick<PlanHeader, 'origin' | 'horizonMs'>): number {
  return Date.parse(origin) + horizonMs;
}

/** A plan that the operator has named looks at a time which is over: another file may have been meant. */
export function stalePlan(from: string, header: PlanHeader): ForesyncError {
  const end = new Date(planEndMs(header)).toISOString().slice(0, 16).replace('T', ' ');
  return new ForesyncError(
    'data',
    'plan-stale',
    `${printable(from)} is stale: it looked ahead until ${end} UTC.`,
    {
      hint: "Make a new one with 'foresync plan', or take it all the same with --allow-stale-plan; 'foresync resume' goes on with a run that has begun.",
    },
  );
}

/** Refuses a plan none of whose keys can be one of this table: it was made for a table that was defined in another way. */
export function refuseUnfitKeys(batches: Batches, table: string, keyColumns: number): void {
  if (batches.keys === 0) return;
  for (const ofDonor of batches.byDonor.values())
    for (const { keys } of ofDonor) if (keys.some((key) => bindKey(key, keyColumns))) return;
  const columns = keyColumns === 1 ? '1 column' : `${keyColumns} columns`;
  throw new ForesyncError(
    'data',
    'plan-foreign',
    `No key of the plan can be one of ${printable(table)}, whose key has ${columns}.`,
    { hint: "Make a plan from the logs of this table with 'foresync plan'." },
  );
}
