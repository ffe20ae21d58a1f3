import type { InspectedPlan } from '../../core/plan/inspect/inspected-plan.ts';
import type { PlanView, SortOrder } from '../../core/plan/inspect/plan-rows.ts';
import type { InspectKey } from './keys.ts';
import { inSight, jump, listAs, moveTo } from './move.ts';
import { openPrompt, promptKey } from './reduce-prompt.ts';
import {
  bodyRows,
  chosenEntry,
  type InspectEvent,
  type InspectState,
  isUnsaved,
  type Pane,
} from './state.ts';

/** What the screen shows after an event. Changes nothing; what is to be done is in `wish`. */
export function reduce(state: InspectState, event: InspectEvent, plan: InspectedPlan): InspectState {
  switch (event.type) {
    case 'key':
      return keyPressed({ ...state, wish: undefined, message: undefined }, event.key, plan);
    case 'resized':
      return inSight({ ...state, columns: event.columns, rows: event.rows, wish: undefined }, plan);
    case 'found': {
      const { search } = state;
      if (search?.text !== event.found.text) return { ...state, wish: undefined };
      const found = { ...state, search: { ...search, found: event.found, jump: undefined }, wish: undefined };
      return search.jump ? jump(found, plan, search.jump) : found;
    }
    case 'saved':
      return {
        ...state,
        savedEdits: event.edits,
        savedFile: event.file,
        prompt: undefined,
        message: { role: 'good', text: `Written to ${event.file}.` },
        wish: undefined,
      };
    case 'not-saved':
      if (event.isThere) return openPrompt({ ...state, wish: undefined }, 'overwrite', event.file);
      return { ...state, message: { role: 'bad', text: event.reason }, wish: undefined };
  }
}

function keyPressed(state: InspectState, key: InspectKey, plan: InspectedPlan): InspectState {
  if (key.name === 'interrupt') return { ...state, wish: { kind: 'quit', interrupted: true } };
  if (state.prompt) return promptKey(state, state.prompt, key, plan);
  const moved = movedBy(state, key, plan);
  if (moved) return moved;
  if (key.name === 'enter') return paneShown(state, state.pane === 'detail' ? 'list' : 'detail');
  if (key.name === 'escape') return paneShown(state, 'list');
  return key.name === 'character' ? letter(state, key.character, plan) : state;
}

/** The keys that move; in a pane that is longer than the screen, pages scroll it. */
function movedBy(state: InspectState, key: InspectKey, plan: InspectedPlan): InspectState | undefined {
  const page = Math.max(1, bodyRows(state) - 1);
  const last = plan.rows(state.view).length - 1;
  const scrolled = (by: number) => ({ ...state, scroll: Math.max(0, state.scroll + by) });
  const isLong = state.pane !== 'list';
  const name = key.name === 'character' ? key.character : key.name;
  switch (name) {
    case 'up':
    case 'k':
      return moveTo(state, plan, state.cursor - 1);
    case 'down':
    case 'j':
      return moveTo(state, plan, state.cursor + 1);
    case 'pageUp':
    case 'clear':
      return isLong
        ? scrolled(-page)
        : moveTo({ ...state, top: state.top - page }, plan, state.cursor - page);
    case 'pageDown':
    case ' ':
      return isLong ? scrolled(page) : moveTo({ ...state, top: state.top + page }, plan, state.cursor + page);
    case 'home':
    case 'g':
      return moveTo(state, plan, 0);
    case 'end':
    case 'G':
      return moveTo(state, plan, last);
    default:
      return undefined;
  }
}

function letter(state: InspectState, character: string, plan: InspectedPlan): InspectState {
  const { view } = state;
  switch (character) {
    case '/':
      return openPrompt(state, 'search', '');
    case 'n':
      return jump(state, plan, 'next');
    case 'N':
      return jump(state, plan, 'previous');
    case 's':
      return listAs(state, plan, sortedOtherwise(view, plan.sortOrders));
    case 'r':
      return listAs(state, plan, { ...view, reverse: !view.reverse });
    case 'f':
      return openPrompt(state, 'filter', '');
    case 'c':
      return paneShown(state, state.pane === 'curve' ? 'list' : 'curve');
    case '?':
      return paneShown(state, state.pane === 'help' ? 'list' : 'help');
    case 't':
      return openPrompt(state, 'threshold', '');
    case 'b':
      return openPrompt(state, 'budget', '');
    case 'p':
      return editedEntry(state, plan, 'togglePin');
    case 'x':
      return editedEntry(state, plan, 'toggleExclusion');
    case 'w':
      return openPrompt(state, 'save', state.savedFile ?? nameBeside(plan.file));
    case 'q':
      return isUnsaved(state, plan)
        ? openPrompt(state, 'quit', '')
        : { ...state, wish: { kind: 'quit', interrupted: false } };
    default:
      return state;
  }
}

function paneShown(state: InspectState, pane: Pane): InspectState {
  return { ...state, pane, scroll: 0 };
}

function sortedOtherwise(view: PlanView, orders: readonly SortOrder[]): PlanView {
  const next = orders[(orders.indexOf(view.sort) + 1) % orders.length] ?? 'plan';
  return { ...view, sort: next, reverse: false };
}

function editedEntry(
  state: InspectState,
  plan: InspectedPlan,
  change: 'togglePin' | 'toggleExclusion',
): InspectState {
  const entry = chosenEntry(state, plan);
  return entry === undefined ? state : { ...state, edits: plan[change](state.edits, entry) };
}

/** `evening.jsonl` gives `evening-edited.jsonl`. */
function nameBeside(file: string): string {
  const [, stem = file, extension = ''] = /^(.*?)(\.[^./]*)?$/s.exec(file) ?? [];
  return `${stem}-edited${extension}`;
}
