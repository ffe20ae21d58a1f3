import type { InspectedPlan } from '../../core/plan/inspect/inspected-plan.ts';
import type { PlanEdits } from '../../core/plan/inspect/plan-edits.ts';
import type { SortOrder } from '../../core/plan/inspect/plan-rows.ts';
import { printable } from '../../core/text.ts';
import { clipStart, type PageFrame } from '../analyze/page-frame.ts';
import {
  formatBytes,
  formatCount,
  formatCounted,
  formatHitRate,
  formatInstant,
  formatSpan,
} from '../format.ts';
import type { Brush } from '../metrics-paint.ts';

import { pointsWords } from './plan-words.ts';
import { type InspectState, isUnsaved, type Prompt } from './state.ts';

export function titleLine(state: InspectState, plan: InspectedPlan, frame: PageFrame): string {
  const { brush, width } = frame;
  const { group, table, origin, horizonMs } = plan.header;
  const { pinned, excluded } = plan.outcome(state.edits);
  const marked = [
    ...(isUnsaved(state, plan) ? ['changes not saved'] : []),
    ...(pinned > 0 ? [`${formatCount(pinned)} pinned`] : []),
    ...(excluded > 0 ? [`${formatCount(excluded)} excluded`] : []),
  ];
  const of = [group, table].filter((name) => name !== undefined).map((name) => printable(name, 28));
  const forecast = `${formatInstant(Date.parse(origin))} and ${formatSpan(horizonMs)} on`;
  return [
    brush.paint('strong', clipStart(printable(plan.file, 4096), Math.floor(width * 0.4), frame)),
    ...(marked.length > 0 ? [brush.paint('warning', marked.join(', '))] : []),
    brush.paint('quiet', [forecast, ...(of.length > 0 ? [of.join(', table ')] : [])].join('  ')),
  ].join('  ');
}

/** What the edits leave, beside the whole. */
export function sumsLine({ edits }: InspectState, plan: InspectedPlan, { paint }: Brush): string {
  const { whole } = plan;
  const now = plan.outcome(edits);
  if (now.refusal) return paint('bad', `! ${printable(now.refusal.message, 120)}`);
  const of = (text: string, all: string) => (text === all ? text : `${text} of ${all}`);
  const points = (now.expectedHitRate - whole.expectedHitRate) * 100;
  return [
    `${of(formatCount(now.entries), formatCount(whole.entries))} keys`,
    ...(whole.bytes > 0 ? [of(formatBytes(now.bytes), formatBytes(whole.bytes))] : []),
    `hit rate ${formatHitRate(now.expectedHitRate)}${points === 0 ? '' : ` (${pointsWords(points)})`}`,
  ].join(', ');
}

const sortWords: Readonly<Record<SortOrder, readonly [usual: string, reversed: string]>> = {
  plan: ["the plan's order", "the plan's order, last first"],
  confidence: ['most likely first', 'least likely first'],
  reads: ['most reads first', 'fewest reads first'],
  writes: ['most writes first', 'fewest writes first'],
  size: ['largest first', 'smallest first'],
  time: ['earliest read first', 'latest read first'],
};

/** How entries are listed, and what the search has found. */
export function viewLine(
  { view, search, edits, cursor }: InspectState,
  plan: InspectedPlan,
  brush: Brush,
): string {
  const { paint, separator, theme } = brush;
  const atLeast = theme.unicode ? '≥' : '>=';
  const { leastConfidence, donor, model } = view;
  const filters = [
    ...(leastConfidence === undefined ? [] : [`confidence ${atLeast} ${leastConfidence}`]),
    ...(donor === undefined ? [] : [donor === '' ? 'no donor' : `donor ${printable(donor, 24)}`]),
    ...(model === undefined ? [] : [`model ${printable(model, 24)}`]),
  ];
  const listed = plan.rows(view).length;
  const limits = [
    ...(edits.minConfidence === plan.header.minConfidence ? [] : [`threshold ${edits.minConfidence}`]),
    ...(budgetWords(edits) === undefined ? [] : [`budget ${budgetWords(edits)}`]),
  ];
  const found =
    search &&
    `'${printable(search.text, 24)}' ${search.found ? `in ${formatCounted(search.found.count, 'key')}` : '...'}`;
  return paint(
    'quiet',
    [
      `${listed === 0 ? 0 : formatCount(cursor + 1)} of ${formatCount(listed)}`,
      sortWords[view.sort][view.reverse ? 1 : 0],
      ...(filters.length > 0 ? [`only ${filters.join(', ')}`] : []),
      ...limits,
      ...(found ? [found] : []),
    ].join(separator),
  );
}

function budgetWords({ budgetBytes, budgetKeys }: PlanEdits): string | undefined {
  if (budgetBytes !== undefined) return formatBytes(budgetBytes);
  return budgetKeys === undefined ? undefined : `${formatCount(budgetKeys)} keys`;
}

/** What is asked for, or what was said last. */
export function promptLine(
  { prompt, message, search, edits, view }: InspectState,
  plan: InspectedPlan,
  { paint, symbols }: Brush,
): string {
  if (prompt) {
    const error =
      prompt.error === '' ? '' : paint('bad', `  ${symbols.warning} ${printable(prompt.error, 120)}`);
    const found =
      prompt.kind === 'search' && search?.found ? `  ${formatCount(search.found.count)} found` : '';
    return `${paint('strong', questionWords(prompt, plan, { edits, view }))}${printable(prompt.text, 1000)}${isTyped(prompt) ? paint('active', '_') : ''}${paint('quiet', found)}${error}`;
  }
  if (!message) return '';
  const sign =
    message.role === 'good' ? `${symbols.done} ` : message.role === 'quiet' ? '' : `${symbols.warning} `;
  return paint(message.role, `${sign}${printable(message.text, 300)}`);
}

function isTyped({ kind }: Prompt): boolean {
  return kind !== 'filter' && kind !== 'overwrite' && kind !== 'quit';
}

function questionWords(
  { kind }: Prompt,
  plan: InspectedPlan,
  { edits, view }: Pick<InspectState, 'edits' | 'view'>,
): string {
  switch (kind) {
    case 'search':
      return '/';
    case 'filter':
      return 'List only some, by: c confidence, d donor, m model; a all again';
    case 'confidence':
      return `List only with a confidence of at least (now ${view.leastConfidence ?? 0}): `;
    case 'donor':
      return `List only of donor (up and down choose; ${plan.donors.length} of them): `;
    case 'model':
      return `List only of model (up and down choose; ${plan.models.length} of them): `;
    case 'threshold':
      return `Threshold (now ${edits.minConfidence}; up and down change it): `;
    case 'budget':
      return `Budget, as 64MiB or 5000 keys (now ${budgetWords(edits) ?? 'none'}; up and down change it): `;
    case 'save':
      return 'Write the new plan to: ';
    case 'overwrite':
      return 'It is there already. Write over it (y or n)? ';
    case 'quit':
      return 'Changes are not saved. Quit without them (y or n)? ';
  }
}

const listHints = ['/ search', 's sort', 'f filter', 'Enter detail', 'c curve', 't b what if'];
const paneHints = {
  detail: ['Esc list', 'up down others', 'PageDown more', 'p pin', 'x exclude'],
  curve: ['Esc list', 't b what if'],
  help: ['Esc list', 'PageDown more'],
} as const;
const help = '? help';
const quit = 'q quit';

/** The keys that are worth most here; more of them on a wide terminal. */
export function hintLine({ prompt, pane, columns }: InspectState, { paint }: Brush): string {
  if (prompt)
    return paint('quiet', isTyped(prompt) ? `${enterWords(prompt)}  Esc goes back` : 'Esc goes back');
  const isWide = columns >= 120;
  const edits = ['p pin', 'x exclude', 'w write'];
  const hints =
    pane === 'list'
      ? [...listHints, ...(isWide ? edits : []), help, quit]
      : [
          ...paneHints[pane],
          ...(isWide && pane === 'detail' ? ['t b what if', 'w write'] : []),
          ...(pane === 'help' ? [] : [help]),
          quit,
        ];
  return paint('quiet', hints.join('  '));
}

function enterWords({ kind }: Prompt): string {
  if (kind === 'save') return 'Enter writes it';
  return kind === 'search' ? 'Enter searches' : 'Enter keeps it';
}
