import type { InspectedPlan } from '../../core/plan/inspect/inspected-plan.ts';
import type { PlanView } from '../../core/plan/inspect/plan-rows.ts';
import { bodyRows, chosenEntry, type InspectState, type Search } from './state.ts';

/** The same with the chosen entry in the list and on the screen. */
export function inSight(state: InspectState, plan: InspectedPlan): InspectState {
  const last = plan.rows(state.view).length - 1;
  const height = bodyRows(state);
  const cursor = Math.max(0, Math.min(state.cursor, last));
  const top = Math.max(0, Math.min(Math.max(state.top, cursor - height + 1), cursor, last - height + 1));
  return { ...state, cursor, top: Math.min(top, cursor) };
}

export function moveTo(state: InspectState, plan: InspectedPlan, cursor: number): InspectState {
  return inSight({ ...state, cursor, scroll: 0 }, plan);
}

/** Lists otherwise; the chosen entry stays chosen where it is still listed. */
export function listAs(state: InspectState, plan: InspectedPlan, view: PlanView): InspectState {
  const entry = chosenEntry(state, plan);
  const place = entry === undefined ? -1 : plan.rows(view).indexOf(entry);
  const above = state.cursor - state.top;
  const cursor = Math.max(0, place);
  return inSight({ ...state, view, cursor, top: Math.max(0, cursor - above) }, plan);
}

/** Goes to an entry that the search has found, or stays with a word. */
export function jump(
  state: InspectState,
  plan: InspectedPlan,
  to: NonNullable<Search['jump']>,
): InspectState {
  const { search } = state;
  if (!search) return { ...state, message: { role: 'quiet', text: 'Nothing is searched for: / searches.' } };
  if (!search.found) return { ...state, search: { ...search, jump: to } };
  const rows = plan.rows(state.view);
  const step = to === 'previous' ? -1 : 1;
  const { found } = search.found;
  let place = to === 'here' ? state.cursor : state.cursor + step;
  for (let looked = 0; looked < rows.length; looked++, place += step) {
    const wrapped = ((place % rows.length) + rows.length) % rows.length;
    if (found[rows[wrapped] as number] !== 1) continue;
    const message =
      wrapped === place
        ? undefined
        : ({ role: 'quiet', text: `The search went on at the ${step > 0 ? 'top' : 'end'}.` } as const);
    return { ...moveTo(state, plan, wrapped), message };
  }
  const where = search.found.count > 0 ? 'in the entries that are listed' : 'in any key';
  return { ...state, message: { role: 'warning', text: `'${search.text}' is not ${where}.` } };
}
