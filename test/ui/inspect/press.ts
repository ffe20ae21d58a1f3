import type { InspectedPlan } from '../../../src/core/plan/inspect/inspected-plan.ts';
import { wholeView } from '../../../src/core/plan/inspect/plan-rows.ts';
import type { InspectKey } from '../../../src/ui/inspect/keys.ts';
import { reduce } from '../../../src/ui/inspect/reduce.ts';
import { firstState, type InspectState } from '../../../src/ui/inspect/state.ts';

export function opened(plan: InspectedPlan, columns = 80, rows = 24): InspectState {
  return firstState(plan, { columns, rows, view: wholeView, edits: plan.unedited, search: undefined });
}

const named = /^<(\w+)>/;

/** The state after keys: characters as they are, others as `<enter>`; a search is answered as soon as it is there. */
export async function press(state: InspectState, plan: InspectedPlan, keys: string): Promise<InspectState> {
  let now = state;
  for (let rest = keys; rest !== ''; ) {
    const name = named.exec(rest)?.[1];
    const [character = ''] = rest;
    const key = (name ? { name } : { name: 'character', character }) as InspectKey;
    rest = rest.slice(name ? name.length + 2 : character.length);
    now = reduce(now, { type: 'key', key }, plan);
    if (now.search && !now.search.found) {
      const found = await plan.search(now.search.text, new AbortController().signal);
      now = reduce(now, { type: 'found', found }, plan);
    }
  }
  return now;
}
