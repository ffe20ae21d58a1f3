import stringWidth from 'string-width';
import type { InspectedPlan } from '../../core/plan/inspect/inspected-plan.ts';
import { clip, type PageFrame } from '../analyze/page-frame.ts';
import type { Brush } from '../metrics-paint.ts';
import { curveLines } from './curve-lines.ts';
import { detailPage } from './detail-page.ts';
import { helpLines } from './help-lines.ts';
import { listLines } from './list-lines.ts';
import { bodyRows, chosenEntry, type InspectState } from './state.ts';
import { hintLine, promptLine, sumsLine, titleLine, viewLine } from './status-lines.ts';

/** From here on an entry's detail stands beside the list, in so many cells. */
const wideColumns = 150;
const detailWidth = 80;

/** What the inspector shows: lines that fit the terminal, one fewer than it has rows. */
export function screenLines(state: InspectState, plan: InspectedPlan, brush: Brush): string[] {
  const width = Math.max(1, state.columns);
  const frame: PageFrame = { brush, width };
  const { heading, body } = bodyLines(state, plan, frame);
  const height = bodyRows(state);
  const filled = [...body.slice(0, height), ...new Array<string>(Math.max(0, height - body.length)).fill('')];
  const lines = [
    titleLine(state, plan, frame),
    sumsLine(state, plan, brush),
    viewLine(state, plan, brush),
    heading,
    ...filled,
    promptLine(state, plan, brush),
    hintLine(state, brush),
  ];
  return lines.slice(0, Math.max(1, state.rows - 1)).map((line) => clip(line, width, frame));
}

/** The same, scrolled no further than there is something to see. */
export function withinPane(state: InspectState, plan: InspectedPlan, brush: Brush): InspectState {
  if (state.scroll === 0) return state;
  const most = Math.max(0, paneLines(state, plan, brush).length - bodyRows(state));
  return state.scroll <= most ? state : { ...state, scroll: most };
}

/** The whole of what can be scrolled. */
function paneLines(state: InspectState, plan: InspectedPlan, brush: Brush): string[] {
  if (state.pane === 'help') return helpLines();
  if (state.pane !== 'detail') return [];
  const entry = chosenEntry(state, plan);
  if (entry === undefined) return ['No entry is listed.'];
  const width = state.columns < wideColumns ? state.columns : detailWidth;
  return detailPage(plan.detail(state.edits, entry), plan.header, { brush, width });
}

function bodyLines(
  state: InspectState,
  plan: InspectedPlan,
  frame: PageFrame,
): { heading: string; body: string[] } {
  const { width, brush } = frame;
  switch (state.pane) {
    case 'list':
      return listLines(state, plan, width, frame);
    case 'help':
      return { heading: brush.paint('strong', '  Keys'), body: scrolled(state, plan, brush) };
    case 'curve':
      return { heading: '', body: curveLines(state, plan, width, bodyRows(state), frame) };
    case 'detail':
      if (width < wideColumns) return { heading: '', body: scrolled(state, plan, brush) };
      return beside(state, plan, frame);
  }
}

function beside(
  state: InspectState,
  plan: InspectedPlan,
  frame: PageFrame,
): { heading: string; body: string[] } {
  const { brush, width } = frame;
  const rule = ` ${brush.paint('quiet', brush.theme.axis.upright)} `;
  const listWidth = width - detailWidth - 3;
  const { heading, body } = listLines(state, plan, listWidth, frame);
  const right = scrolled(state, plan, brush);
  const padded = (line: string) => line + ' '.repeat(Math.max(0, listWidth - stringWidth(line)));
  return {
    heading: `${padded(heading)}${rule}`,
    body: Array.from(
      { length: bodyRows(state) },
      (_, at) => `${padded(body[at] ?? '')}${rule}${right[at] ?? ''}`,
    ),
  };
}

/** As much as there are rows for, from where it is scrolled to; the last row tells that there is more. */
function scrolled(state: InspectState, plan: InspectedPlan, brush: Brush): string[] {
  const lines = paneLines(state, plan, brush);
  const height = bodyRows(state);
  const from = Math.min(state.scroll, Math.max(0, lines.length - height));
  const shown = lines.slice(from, from + height);
  if (from + height < lines.length) shown[height - 1] = brush.paint('quiet', '  PageDown shows more');
  return shown;
}
