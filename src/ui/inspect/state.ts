import type { InspectedPlan } from '../../core/plan/inspect/inspected-plan.ts';
import type { PlanEdits } from '../../core/plan/inspect/plan-edits.ts';
import type { PlanView } from '../../core/plan/inspect/plan-rows.ts';
import type { FoundKeys } from '../../core/plan/inspect/search-keys.ts';
import type { InspectKey } from './keys.ts';

export type Pane = 'list' | 'detail' | 'curve' | 'help';

/** What is asked for in the line below. */
export type PromptKind =
  | 'search'
  | 'filter'
  | 'confidence'
  | 'donor'
  | 'model'
  | 'threshold'
  | 'budget'
  | 'save'
  | 'overwrite'
  | 'quit';

export interface Prompt {
  kind: PromptKind;
  text: string;
  /** What is wrong with the text; empty where nothing is. */
  error: string;
  /** As it was before; Escape goes back there. */
  before: Pick<InspectState, 'edits' | 'view' | 'cursor' | 'top'>;
}

export interface Search {
  text: string;
  /** Undefined while it is looked for. */
  found: FoundKeys | undefined;
  /** Where to go as soon as it is found. */
  jump: 'here' | 'next' | 'previous' | undefined;
}

export interface Message {
  role: 'good' | 'warning' | 'bad' | 'quiet';
  text: string;
}

/** What the one who runs the inspector is to do. */
export type Wish =
  | { kind: 'save'; file: string; replace: boolean; edits: PlanEdits }
  | { kind: 'quit'; interrupted: boolean };

/** All that the screen shows. Never changed in place. */
export interface InspectState {
  columns: number;
  rows: number;
  view: PlanView;
  edits: PlanEdits;
  /** The edits that are in a file: none, or those that were saved last. */
  savedEdits: PlanEdits;
  /** The place of the chosen entry among those that are listed, and that of the first one on the screen. */
  cursor: number;
  top: number;
  pane: Pane;
  /** How far a pane that is longer than the screen is scrolled. */
  scroll: number;
  prompt: Prompt | undefined;
  search: Search | undefined;
  message: Message | undefined;
  /** Where the last new plan was written. */
  savedFile: string | undefined;
  wish: Wish | undefined;
}

export type InspectEvent =
  | { type: 'key'; key: InspectKey }
  | { type: 'resized'; columns: number; rows: number }
  | { type: 'found'; found: FoundKeys }
  | { type: 'saved'; file: string; edits: PlanEdits }
  | { type: 'not-saved'; file: string; reason: string; isThere: boolean };

export function firstState(
  plan: InspectedPlan,
  start: { columns: number; rows: number; view: PlanView; edits: PlanEdits; search: string | undefined },
): InspectState {
  const { columns, rows, view, edits, search } = start;
  return {
    columns,
    rows,
    view,
    edits,
    savedEdits: plan.unedited,
    cursor: 0,
    top: 0,
    pane: 'list',
    scroll: 0,
    prompt: undefined,
    search: search === undefined ? undefined : { text: search, found: undefined, jump: 'here' },
    message: undefined,
    savedFile: undefined,
    wish: undefined,
  };
}

/** Title, sums, what is listed, headings; the line for prompts and messages, and the hints. */
const framingRows = 6;

/** Rows of the list, or of what is shown in its place. The last row of the terminal stays free, so that it never scrolls. */
export function bodyRows({ rows }: Pick<InspectState, 'rows'>): number {
  return Math.max(1, rows - 1 - framingRows);
}

/** The number of the chosen entry; undefined where none is listed. */
export function chosenEntry(state: InspectState, plan: InspectedPlan): number | undefined {
  return plan.rows(state.view)[state.cursor];
}

export function isUnsaved({ edits, savedEdits }: InspectState, plan: InspectedPlan): boolean {
  return !plan.sameEdits(edits, savedEdits);
}
