import type { TableShape } from '../store/sqlite/table-shape.ts';
import { refuseUnfitKeys } from '../sync/plan-fits.ts';
import { type Check, failure } from './check.ts';
import type { DoctorOptions } from './doctor-options.ts';

/** What is wrong with a plan that only the lead's table can tell. */
export function plannedKeys({ key }: TableShape, { planned, group }: DoctorOptions): Check[] {
  try {
    if (planned) refuseUnfitKeys(planned, group.table, key.length);
    return [];
  } catch (error) {
    return [failure('plan', error)];
  }
}
