import type { Prices } from '../core/group/prices.ts';
import type { ParameterChange } from '../core/state/parameter-steps.ts';
import type { ParameterName, ParameterStanding, Parameters } from '../core/state/parameters.ts';
import { shortId } from '../core/text.ts';
import { fitCells } from './cells.ts';
import { formatFraction } from './format.ts';
import type { Brush } from './metrics-paint.ts';
import { changeLines, groupName, stepWords, valueOr } from './metrics-parameters.ts';
import { startedAt } from './metrics-words.ts';
import { parameterLabels, parameterWords, shownParameters } from './parameter-words.ts';
import { rowSentence } from './row-sentence.ts';
import { sparkline } from './theme.ts';

const headings = ['PARAMETER', 'VALUE', 'FROM'] as const;
const widths = [18, 26] as const;

/** What holds without tuning, of a parameter that has no default of its own. */
const chosenElsewhere: Partial<Record<ParameterName, string>> = {
  halfLifeMs: 'chosen by the backtest',
  decayWeight: 'chosen by the backtest',
  budgetKeys: 'none',
  budgetBytes: 'none',
  order: 'reads, or early-value with a budget in bytes',
};

/** What is in force in a group, and where it comes from. `changes` are its steps, newest first. */
export function tuneLines(
  {
    group,
    standings,
    usual,
    changes,
    prices,
  }: {
    group: string | undefined;
    standings: readonly ParameterStanding[];
    usual: Parameters;
    changes: readonly ParameterChange[];
    prices: Prices;
  },
  brush: Brush,
): string[] {
  const byName = new Map(standings.map((standing) => [standing.name, standing]));
  const rows = shownParameters.flatMap((name) => {
    const standing = byName.get(name);
    return standing ? [rowOf(standing, usual, changes)] : [];
  });
  const heading = brush.asSentences ? [] : [`  ${brush.paint('quiet', columns(headings, brush))}`];
  const words = Object.entries(prices).map(([name, price]) => `${name} ${formatFraction(price, 2)}`);
  return [
    `  ${brush.paint('strong', `Parameters of ${group === undefined ? 'plans without a group' : groupName(group)}`)}`,
    ...heading,
    ...rows.map((cells) => `  ${brush.asSentences ? rowSentence(headings, cells) : columns(cells, brush)}`),
    '',
    `  ${brush.paint('quiet', 'What tuning goes by (prices, in foresync.yaml):')}`,
    `  ${words.slice(0, 3).join(brush.separator)}`,
    `  ${words.slice(3).join(brush.separator)}`,
  ];
}

function rowOf(
  { name, value, origin, isFrozen }: ParameterStanding,
  usual: Parameters,
  changes: readonly ParameterChange[],
): string[] {
  const held = value ?? usual[name];
  const shown = held === undefined ? (chosenElsewhere[name] ?? '-') : valueOr(name, held);
  const last = changes.find(
    (change) => change.name === name && (change.kind === 'tuned' || change.kind === 'set'),
  );
  const how = origin === 'tuned' && last?.runId !== undefined ? ` by run ${shortId(last.runId)}` : '';
  const when = origin === 'set' && last ? ` ${startedAt(last.changedMs)}` : '';
  return [parameterWords[name], shown, `${origin}${how}${when}${isFrozen ? ', frozen' : ''}`];
}

function columns(cells: readonly string[], { theme }: Brush): string {
  return cells
    .map((cell, at) => {
      const width = widths[at];
      return width === undefined || cell.length > width ? cell : fitCells(cell, width, theme);
    })
    .join('  ')
    .trimEnd();
}

/** What a command changed, or would change. */
export function changedLines(
  changes: readonly Omit<ParameterChange, 'id'>[],
  { dryRun }: { dryRun: boolean },
  brush: Brush,
): string[] {
  const verb = (kind: ParameterChange['kind']) => (kind === 'undone' ? 'taken back' : kind);
  return changes.map(({ name, kind, old, new: value }) => {
    const step =
      kind === 'frozen' || kind === 'unfrozen'
        ? valueOr(name, value)
        : stepWords({ name, old, new: value }, brush);
    return `${parameterLabels[name]}: ${step}, ${dryRun ? 'would be ' : ''}${verb(kind)}.`;
  });
}

const mostValues = 6;

/** Every parameter over the runs, as a plot and in figures, and all steps, newest first. */
export function tuningHistoryLines(changes: readonly ParameterChange[], brush: Brush): string[] {
  if (changes.length === 0) return [`  ${brush.paint('quiet', 'No parameter has been tuned or set yet.')}`];
  const groups = [...new Set(changes.map(({ group }) => group))];
  const courses = groups.flatMap((group) => {
    const own = changes.filter((change) => change.group === group).toReversed();
    const lines = shownParameters.flatMap((name) => courseLine(name, own, brush));
    return lines.length === 0 ? [] : [`  ${brush.paint('strong', groupName(group))}`, ...lines];
  });
  return [
    ...courses,
    ...(courses.length > 0 ? [''] : []),
    `  ${brush.paint('strong', 'All steps, newest first')}`,
    ...changes.flatMap((change) => changeLines(change, brush)),
  ];
}

/** From the least value to the most, so that small steps show; the least is not nothing. */
function spread(values: readonly number[]): number[] {
  const [least, most] = [Math.min(...values), Math.max(...values)];
  return values.map((value) => (most > least ? 0.1 + (0.9 * (value - least)) / (most - least) : 1));
}

/** `changes` are the oldest first. */
function courseLine(name: ParameterName, changes: readonly ParameterChange[], brush: Brush): string[] {
  const steps = changes.filter(
    ({ name: own, kind }) => own === name && (kind === 'tuned' || kind === 'set' || kind === 'undone'),
  );
  const [first] = steps;
  if (!first) return [];
  const values = [first.old, ...steps.map((step) => step.new)];
  const numbers = values.filter((value) => typeof value === 'number');
  const plot =
    brush.theme.plain || numbers.length < 2
      ? ''
      : `${sparkline(spread(numbers), Math.min(24, numbers.length), brush.theme)}  `;
  const shown = values.slice(-mostValues).map((value) => valueOr(name, value));
  const told = `${values.length > mostValues ? `(${values.length - mostValues} before) ` : ''}${shown.join(` ${brush.arrow} `)}`;
  return [`  ${parameterLabels[name].padEnd(20)}${plot}${told}`];
}
