import type { RunReport } from '../core/metrics/run-report.ts';
import { printable } from '../core/text.ts';
import {
  formatBytes,
  formatCount,
  formatCounted,
  formatInstant,
  formatPercent,
  formatSpan,
} from './format.ts';
import { bufferWords, warmedWords, withoutBufferWords } from './metrics-buffers.ts';
import { cameTrueLines } from './metrics-came-true.ts';
import { donorLines, promisedWords } from './metrics-costs.ts';
import type { Brush } from './metrics-paint.ts';
import {
  deltaWords,
  durationOr,
  hitRateOr,
  movedKinds,
  outcomeOf,
  verificationWords,
} from './metrics-words.ts';
import { rowSentence } from './row-sentence.ts';
import { wrapWords } from './wrap-words.ts';

type Figures = NonNullable<RunReport['figures']>;

/** All that is known of one run, for 80 columns. */
export function runDetails(
  run: RunReport,
  brush: Brush,
  buffers?: Parameters<typeof bufferWords>[0] | Error,
): string[] {
  const { sign, role, words } = outcomeOf(run);
  const what = run.joiner === undefined ? run.command : `${run.command} ${printable(run.joiner, 40)}`;
  const table = run.group === '' ? run.table : `${run.group}, table ${run.table}`;
  const headline = () => {
    const lead = `${brush.paint(role, brush.symbols[sign])} ${brush.paint('strong', what)}`;
    if (what.length + words.length <= brush.width - 6) return [`${lead}  ${brush.paint(role, words)}`];
    return [lead, ...wrapWords([words], brush.width - 4).map((line) => `  ${brush.paint(role, line)}`)];
  };
  const head = [
    ...headline(),
    fact('run', printable(run.id, 60), brush),
    fact('group', printable(table, 60), brush),
    fact('started', formatInstant(run.startedMs), brush),
  ];
  const { figures } = run;
  if (!figures) return [...head, '', '  Its figures were kept by another version of foresync.'];
  return [
    ...head,
    ...runFacts(run, figures, brush),
    ...bufferFacts(figures, buffers, brush),
    '',
    ...bytesTable(run.command, figures, brush),
    ...donorLines(figures, brush),
    ...(run.cameTrue ? ['', ...cameTrueLines(run, run.cameTrue, brush)] : measureHint(run, figures, brush)),
  ];
}

const factColumn = 20;

/** A labelled line, the value from column 20 on. */
export function fact(label: string, value: string, brush: Brush): string {
  return `  ${brush.paint('quiet', label.padEnd(17))} ${value}`;
}

function runFacts(run: RunReport, figures: Figures, brush: Brush): string[] {
  const { plan, tableRows, snapshotSmallerBy } = figures;
  const lines = plan
    ? [
        fact(
          'plan',
          `${formatCounted(plan.keys, 'key')}, ${sentWords(plan, run.command === 'prefetch' ? 'read ahead' : 'sent early')}`,
          brush,
        ),
        fact('', `${formatSpan(plan.horizonMs)} from ${formatInstant(plan.originMs)}`, brush),
        fact('expected hit rate', hitRateOr(plan.expectedHitRate), brush),
      ]
    : [fact('plan', 'none', brush)];
  if (plan && plan.missingKeys > 0)
    lines.push(fact('', `${formatCounted(plan.missingKeys, 'key')} of it had no row`, brush));
  if (run.command === 'prefetch') return lines;
  const delta = deltaWords(figures);
  lines.push(
    fact('hot-ready', plan?.sentBefore ? 'in the run before' : after(figures.hotReadyMs), brush),
    fact('in sync', after(figures.inSyncMs), brush),
    ...promisedWords(figures)
      .flatMap((words) => wrapWords([words], brush.width - factColumn))
      .map((words, index) => fact(index === 0 ? 'promised' : '', words, brush)),
    ...(delta === undefined ? [] : [fact('delta', delta, brush)]),
  );
  if (tableRows !== undefined) lines.push(fact('table', formatCounted(tableRows, 'row'), brush));
  if (snapshotSmallerBy !== undefined) {
    lines.push(
      fact('snapshot', `${formatPercent(snapshotSmallerBy, 1)} smaller than the table (rows)`, brush),
    );
  }
  return [...lines, fact('verification', verified(run, figures), brush)];
}

function bufferFacts(
  { warmed }: Figures,
  buffers: Parameters<typeof bufferWords>[0] | Error | undefined,
  brush: Brush,
): string[] {
  const words =
    buffers instanceof Error ? withoutBufferWords(buffers.message) : buffers && bufferWords(buffers);
  return [
    ...(warmed ? [fact('warmed', warmedWords(warmed), brush)] : []),
    ...(words === undefined ? [] : wrapWords([words], brush.width - factColumn)).map((line, index) =>
      fact(index === 0 ? 'buffers' : '', line, brush),
    ),
  ];
}

function sentWords({ sentKeys, sentBefore }: NonNullable<Figures['plan']>, verb: string): string {
  if (sentKeys === 0) return `none of them ${verb}`;
  return sentBefore ? 'sent in the run before' : `${formatCount(sentKeys)} of them ${verb}`;
}

function after(ms: number | undefined): string {
  return ms === undefined ? 'never' : `after ${durationOr(ms)}`;
}

function verified(run: RunReport, { verification }: Figures): string {
  if (!verification) return verificationWords(run);
  return `${verificationWords(run)}: ${formatCounted(verification.ranges, 'range')}, ${formatCounted(verification.rows, 'row')}`;
}

function bytesTable(command: RunReport['command'], figures: Figures, brush: Brush): string[] {
  const { moved } = figures;
  const stays = command === 'prefetch';
  const headings = ['KIND', 'ROWS', stays ? 'BYTES STORED' : 'BYTES SENT', 'UNCOMPRESSED'] as const;
  const row = (kind: string, rows: string, sent: string, raw: string) =>
    brush.asSentences
      ? `  ${rowSentence(headings, [kind, rows, sent, raw])}`
      : `  ${kind.padEnd(17)} ${rows.padStart(14)} ${sent.padStart(14)} ${raw.padStart(18)}`;
  const kinds = movedKinds(figures);
  if (kinds.length === 0) return [`  No rows were ${stays ? 'stored' : 'sent'}.`];
  return [
    ...(brush.asSentences ? [] : [brush.paint('quiet', row(...headings))]),
    ...kinds.map((kind) => {
      const { rows, wireBytes, rawBytes } = moved[kind];
      return row(kind, formatCount(rows), formatBytes(wireBytes), formatBytes(rawBytes));
    }),
  ];
}

/** A run that brought nothing and proved nothing has nothing that a log could tell of. */
function measureHint(run: RunReport, figures: Figures, brush: Brush): string[] {
  const brought = figures.inSyncAtMs !== undefined || movedKinds(figures).length > 0;
  if (run.command === 'prefetch' || !brought) return [];
  const id = printable(run.id, 60);
  return [
    '',
    `  ${brush.paint('quiet', 'What came true is known from an access log of the joiner:')}`,
    `  foresync metrics ${id} --log FILE`,
  ];
}
