import type { InspectedPlan } from '../../core/plan/inspect/inspected-plan.ts';
import type { PageFrame } from '../analyze/page-frame.ts';
import { type EntryTable, entryLine, entryTable, headingLine } from './entry-cells.ts';
import { fateWords } from './plan-words.ts';
import { bodyRows, type InspectState } from './state.ts';

/** In front of each entry: whether it is chosen, and whether the search has found it. */
const gutter = 2;

/** The headings and as many entries as there are rows for; each line exactly so many cells. */
export function listLines(
  state: InspectState,
  plan: InspectedPlan,
  width: number,
  frame: PageFrame,
): { heading: string; body: string[] } {
  const table = entryTable(Math.max(1, width - gutter), plan.header.entries, frame, state.view);
  const rows = plan.rows(state.view);
  const shown = rows.subarray(state.top, state.top + bodyRows(state));
  return {
    heading: frame.brush.paint('quiet', `${' '.repeat(gutter)}${headingLine(table)}`),
    body: Array.from(shown, (entry, at) =>
      listLine(state, plan, { entry, isChosen: state.top + at === state.cursor }, table),
    ),
  };
}

function listLine(
  { edits, search }: InspectState,
  plan: InspectedPlan,
  { entry, isChosen }: { entry: number; isChosen: boolean },
  table: EntryTable,
): string {
  const { paint, theme } = table.frame.brush;
  const fate = plan.fate(edits, entry);
  const sign = isChosen ? (theme.unicode ? '›' : '>') : ' ';
  const found = search?.found?.found[entry] === 1 ? '*' : ' ';
  const text = entryLine({ place: entry + 1, entry: plan.entry(entry), mark: fateWords[fate] }, table);
  const role = isChosen ? 'strong' : fate === 'pinned' ? 'good' : fate === 'kept' ? 'plain' : 'quiet';
  return `${paint('active', sign + found)}${paint(role, text)}`;
}
