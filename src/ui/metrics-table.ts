import type { RunReport } from '../core/metrics/run-report.ts';
import { printable } from '../core/text.ts';
import { fitCells, fitEndsCells } from './cells.ts';
import { formatBytes, formatPercent } from './format.ts';
import type { Brush } from './metrics-paint.ts';
import {
  deltaWords,
  durationOr,
  hitRateOr,
  movedKinds,
  outcomeOf,
  shortIds,
  startedAt,
  unknown,
} from './metrics-words.ts';
import { rowSentence } from './row-sentence.ts';
import type { Role } from './theme.ts';
import { wrapWords } from './wrap-words.ts';

const margin = 4;

type Cells = readonly [id: string, started: string, joiner: string, rates: string, hot: string, sync: string];
const headings: Cells = ['RUN', 'STARTED (UTC)', 'JOINER', 'HIT RATE', 'HOT-READY', 'IN SYNC'];

/** Past runs, newest first, for 80 columns: a line of figures to compare, two that say what they came to. */
export function runsTable(runs: readonly RunReport[], brush: Brush): string[] {
  const ids = shortIds(runs.map(({ id }) => printable(id, 100)));
  const idWidth = Math.max(8, ...ids.map((id) => id.length));
  const heading = columns(headings, idWidth, brush);
  const legend = `Hit rate: reads that the joiner answered by itself. Planned: expected ${brush.arrow} read.`;
  const times = "Times count from the run's start.";
  const smaller = 'Smaller: by rows that came before it.';
  return [
    ...(brush.asSentences ? [] : [`  ${brush.paint('quiet', heading)}`]),
    ...runs.flatMap((run, index) => runLines(run, ids[index] ?? run.id, idWidth, brush)),
    '',
    `  ${brush.paint('quiet', legend)}`,
    `  ${brush.paint('quiet', `${times} ${smaller}`)}`,
  ];
}

function runLines(run: RunReport, id: string, idWidth: number, brush: Brush): string[] {
  const { sign, role, words } = outcomeOf(run);
  const joiner = run.command === 'prefetch' ? '(prefetch)' : printable(run.joiner ?? unknown);
  const figures = run.figures;
  const cells: Cells = [
    id,
    startedAt(run.startedMs),
    joiner,
    hitRateOr(run.replicaHitRate),
    figures?.plan?.sentBefore ? 'before' : durationOr(figures?.hotReadyMs),
    durationOr(figures?.inSyncMs),
  ];
  const line = brush.asSentences ? rowSentence(headings, cells) : columns(cells, idWidth, brush);
  const sums = figures
    ? [
        ...together(words, role, deltaWords(figures), brush),
        ...plannedWords(run, brush),
        brush.paint('quiet', bytesWords(run.command, figures, brush)),
      ]
    : [
        brush.paint(role, words),
        brush.paint('quiet', 'its figures were kept by another version of foresync'),
      ];
  return [`${brush.paint(role, brush.symbols[sign])} ${line}`, ...sums.map((sum) => `    ${sum}`)];
}

/** How the run ended and its Delta Log on one line where they fit; the reason of a failure may need several. */
function together(
  words: string,
  role: Role,
  delta: string | undefined,
  { paint, separator, width }: Brush,
): string[] {
  const innerWidth = width - margin;
  if (delta === undefined) return wrapWords([words], innerWidth).map((line) => paint(role, line));
  if (`${words}${separator}${delta}`.length <= innerWidth) return [paint(role, words) + separator + delta];
  return [...wrapWords([words], innerWidth).map((line) => paint(role, line)), delta];
}

/** The plan's share of the reads, which is no hit rate: most others hit as well once the snapshot is there. */
function plannedWords({ expectedHitRate, planHitRate }: RunReport, { arrow }: Brush): string[] {
  if (expectedHitRate === undefined) return ['no plan'];
  const came = planHitRate === undefined ? ' expected' : ` ${arrow} ${hitRateOr(planHitRate)}`;
  return [`reads of planned keys: ${hitRateOr(expectedHitRate)}${came}`];
}

type Figures = NonNullable<RunReport['figures']>;

function bytesWords(command: RunReport['command'], figures: Figures, { separator }: Brush): string {
  const { moved, snapshotSmallerBy } = figures;
  const smaller = snapshotSmallerBy === undefined ? '' : ` (${formatPercent(snapshotSmallerBy, 1)} smaller)`;
  const parts = movedKinds(figures).map(
    (kind) => `${kind} ${formatBytes(moved[kind].wireBytes)}${kind === 'snapshot' ? smaller : ''}`,
  );
  const verb = command === 'prefetch' ? 'stored' : 'sent';
  return parts.length === 0 ? `nothing was ${verb}` : `${verb}: ${parts.join(separator)}`;
}

function columns([id, started, joiner, rates, hot, sync]: Cells, idWidth: number, { theme }: Brush): string {
  return [
    fitCells(id, idWidth, theme),
    started.padEnd(16),
    fitEndsCells(joiner, 13, theme),
    rates.padEnd(15),
    hot.padStart(10),
    sync.padStart(10),
  ]
    .join(' ')
    .trimEnd();
}
