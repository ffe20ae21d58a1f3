import type { RunReport } from '../core/metrics/run-report.ts';
import { printable } from '../core/text.ts';
import { formatBytes, formatCount, formatCounted, formatDuration, formatInstant } from './format.ts';
import { cameTrueLines } from './metrics-came-true.ts';
import type { Brush } from './metrics-paint.ts';
import { deltaWords, durationOr, outcomeOf, shareOr, verificationWords } from './metrics-words.ts';

type Figures = NonNullable<RunReport['figures']>;

/** All that is known of one run, for 80 columns. */
export function runDetails(run: RunReport, brush: Brush): string[] {
  const { sign, role, words } = outcomeOf(run);
  const what = run.joiner === undefined ? run.command : `${run.command} ${printable(run.joiner, 40)}`;
  const table = run.group === '' ? run.table : `${run.group}, table ${run.table}`;
  const head = [
    `${brush.paint(role, brush.symbols[sign])} ${brush.paint('strong', what)}  ${brush.paint(role, words)}`,
    fact('run', printable(run.id, 60), brush),
    fact('group', printable(table, 60), brush),
    fact('started', formatInstant(run.startedMs), brush),
  ];
  const { figures } = run;
  if (!figures) return [...head, '', '  Its figures were kept by another version of foresync.'];
  return [
    ...head,
    ...runFacts(run, figures, brush),
    '',
    ...bytesTable(figures, brush),
    '',
    ...(run.cameTrue ? cameTrueLines(run, run.cameTrue, brush) : measureHint(run, brush)),
  ];
}

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
          `${formatCounted(plan.keys, 'key')}, ${formatCount(plan.sentKeys)} of them sent early`,
          brush,
        ),
        fact('', `${formatDuration(plan.horizonMs)} from ${formatInstant(plan.originMs)}`, brush),
        fact('expected hit rate', shareOr(plan.expectedHitRate, 1), brush),
      ]
    : [fact('plan', 'none', brush)];
  if (plan && plan.missingKeys > 0)
    lines.push(fact('', `${formatCounted(plan.missingKeys, 'key')} of it had no row`, brush));
  lines.push(
    fact('hot-ready', after(figures.hotReadyMs), brush),
    fact('in sync', after(figures.inSyncMs), brush),
    fact('delta', deltaWords(figures), brush),
  );
  if (tableRows !== undefined) lines.push(fact('table', formatCounted(tableRows, 'row'), brush));
  if (snapshotSmallerBy !== undefined) {
    lines.push(fact('snapshot', `${shareOr(snapshotSmallerBy, 1)} smaller than the table (rows)`, brush));
  }
  return run.command === 'prefetch' ? lines : [...lines, fact('verification', verified(run, figures), brush)];
}

function after(ms: number | undefined): string {
  return ms === undefined ? 'never' : `after ${durationOr(ms)}`;
}

function verified(run: RunReport, { verification }: Figures): string {
  if (!verification) return verificationWords(run);
  return `${verificationWords(run)}: ${formatCounted(verification.ranges, 'range')}, ${formatCounted(verification.rows, 'row')}`;
}

function bytesTable({ moved }: Figures, brush: Brush): string[] {
  const row = (kind: string, rows: string, sent: string, raw: string) =>
    `  ${kind.padEnd(17)} ${rows.padStart(14)} ${sent.padStart(14)} ${raw.padStart(18)}`;
  const kinds = (['cache', 'hot', 'snapshot', 'delta', 'repair'] as const).filter(
    (kind) => moved[kind].rows > 0,
  );
  if (kinds.length === 0) return ['  No rows were sent.'];
  return [
    brush.paint('quiet', row('KIND', 'ROWS', 'BYTES SENT', 'UNCOMPRESSED')),
    ...kinds.map((kind) => {
      const { rows, wireBytes, rawBytes } = moved[kind];
      return row(kind, formatCount(rows), formatBytes(wireBytes), formatBytes(rawBytes));
    }),
  ];
}

function measureHint(run: RunReport, brush: Brush): string[] {
  if (run.command === 'prefetch') return [];
  const id = printable(run.id, 60);
  return [
    `  ${brush.paint('quiet', 'What came true is known from an access log of the joiner:')}`,
    `  foresync metrics ${id} --log FILE`,
  ];
}
