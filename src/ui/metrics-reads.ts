import type { CameTrue } from '../core/metrics/came-true.ts';
import type { KindsOfReads } from '../core/metrics/read-kinds.ts';
import type { HitCount, ReplicaCameTrue } from '../core/metrics/replica-reads.ts';
import type { RunReport } from '../core/metrics/run-report.ts';
import { readyTimesOf } from '../core/ready-times-of.ts';
import { frameFor } from './analyze/page-frame.ts';
import { answeredWords } from './answered-words.ts';
import { coursePlots } from './course-plot.ts';
import { formatCount, formatCounted, formatDuration, formatHitRate, formatPercent } from './format.ts';
import type { Brush } from './metrics-paint.ts';
import { wrapWords } from './wrap-words.ts';

/** What the log adds to what a run that served reads says of them at its end; nothing where nobody read. */
export function measuredLines({ cameTrue, figures }: RunReport): string[] {
  if (!cameTrue || cameTrue.replica.reads === 0) return [];
  const { replica } = cameTrue;
  const { reads, hits } = replica;
  const reached = readyTimesOf(replica)?.times.findLast(({ afterMs }) => afterMs !== undefined);
  const isTold = figures?.serving?.reads === reads && figures.serving.hits === hits;
  const lines = [
    ...(isTold ? [] : [`By the log of its reads: ${answeredWords(replica).replace('It', 'it')}.`]),
  ];
  if (reached?.afterMs === undefined) return lines;
  return [
    ...lines,
    `${formatPercent(reached.share)} or more of the reads hit from ${formatDuration(reached.afterMs)} on.`,
  ];
}

function notLoggedWords(count: number): string {
  return `${formatCounted(count, 'read')} ${count === 1 ? 'is' : 'are'} not in the joiner's log, and not measured: its disk was too slow for them.`;
}

/** Reads of the replica since the run began: how many hit, when, and what had brought their rows. */
export function replicaLines(run: RunReport, cameTrue: CameTrue, brush: Brush): string[] {
  const { replica } = cameTrue;
  const heading = `  ${brush.paint('strong', 'Hit rate')}          `;
  const rate = run.replicaHitRate;
  if (rate === undefined) return [`${heading}the log has no read since the run began.`];
  return [
    `${heading}${formatHitRate(rate)}: ${hitWords(replica)}`,
    ...sourceLines(replica, brush),
    countRow('before hot-ready', replica.beforeHot, brush),
    countRow('hot-ready to in sync', replica.hotToSync, brush),
    countRow('in sync', replica.inSync, brush),
    ...kindLines(replica.kinds, brush),
    ...readyLines(replica, brush),
    ...leftOutLines(run, cameTrue, brush),
    ...plotLines(run, replica, brush),
  ];
}

function hitWords({ reads, hits, measured }: ReplicaCameTrue): string {
  const isMeasured = measured?.reads === reads;
  const who = isMeasured ? 'the joiner answered' : 'the joiner could answer';
  return `${who} ${formatCount(hits)} of ${formatCounted(reads, 'read')} by itself`;
}

const modelledWords =
  'Hits are modelled: before hot-ready no row is taken to be there, then planned rows are, and in sync all.';

/** Whether hits are measured or modelled, and of how many reads. */
function sourceLines({ measured, reads }: ReplicaCameTrue, brush: Brush): string[] {
  const words =
    !measured || measured.reads === 0
      ? modelledWords
      : measured.reads === reads
        ? 'Hits are measured: the joiner logged of each read whether it knew the row.'
        : `Hits of ${formatCount(measured.reads)} reads are measured, as the joiner logged them, others not. ${modelledWords}`;
  return quietly([words], brush);
}

function countRow(label: string, { reads, hits }: HitCount, brush: Brush): string {
  const rate = reads === 0 ? '' : formatHitRate(hits / reads);
  if (brush.asSentences) {
    const share = reads === 0 ? '' : `, ${rate}`;
    return `    ${label}: ${formatCount(hits)} of ${formatCounted(reads, 'read')}${share}.`;
  }
  return `    ${label.padEnd(20)} ${formatCount(hits).padStart(11)} of ${formatCount(reads).padEnd(11)} ${rate.padStart(7)}`.trimEnd();
}

function kindLines(kinds: KindsOfReads | undefined, brush: Brush): string[] {
  if (!kinds) return [];
  const { planned, snapshot, readThrough, newKeys, noSuchRow, unanswered } = kinds;
  return [
    '',
    `  ${brush.paint('strong', 'By what brought the row')}`,
    countRow('planned', planned, brush),
    countRow(readThrough ? 'snapshot' : 'all others', snapshot, brush),
    ...(readThrough ? [countRow('read-through', readThrough, brush)] : []),
    ...(newKeys ? [countRow('new keys', newKeys, brush)] : []),
    ...(noSuchRow?.reads ? [countRow('no such row', noSuchRow, brush)] : []),
    ...(unanswered?.reads ? [countRow('no donor to ask', unanswered, brush)] : []),
  ];
}

function readyLines(replica: ReplicaCameTrue, brush: Brush): string[] {
  const { measured, reads } = replica;
  const ready = readyTimesOf(replica);
  if (!ready) return ['', ...quietly(['Too few reads came to say from when on they hit.'], brush)];
  const isMixed = measured !== undefined && measured.reads > 0 && measured.reads < reads;
  const by = isMixed ? ', by the measured reads' : '';
  const words = `Every window of ${formatCount(ready.windowReads)} reads, one after the other, that begins then or later has so many hits, to the end of what is looked at.`;
  return [
    '',
    `  ${brush.paint('strong', 'Hit rate reached')}${by}`,
    ...ready.times.map(({ share, afterMs }) => {
      const first = afterMs !== undefined && afterMs <= ready.firstReadMs ? ', the first read' : '';
      const when = afterMs === undefined ? 'never' : `from ${formatDuration(afterMs)} on${first}`;
      return `    ${formatPercent(share).padEnd(brush.asSentences ? 0 : 5)} ${when}${brush.asSentences ? '.' : ''}`;
    }),
    ...quietly([words], brush),
  ];
}

/** Reads that do not count, each with the reason. */
function leftOutLines(
  { figures }: RunReport,
  { replica: { unknown }, leftOut, log: { future = 0 } }: CameTrue,
  brush: Brush,
): string[] {
  const notLogged = figures?.serving?.notLogged ?? 0;
  const { twice = 0, early = 0, clockAheadMs = 0 } = leftOut ?? {};
  const off = `${formatDuration(Math.abs(clockAheadMs))} ${clockAheadMs > 0 ? 'ahead of' : 'behind'}`;
  const texts = [
    ...(unknown > 0
      ? [`${formatCounted(unknown, 'read')} came after the run's end, not in sync, and are left out.`]
      : []),
    ...(twice > 0
      ? [
          `${formatCounted(twice, 'read')} of other logs are left out: the joiner's own log covers their time.`,
        ]
      : []),
    ...(clockAheadMs !== 0
      ? [`The clock of the joiner's host is ${off} ours: the times of its own log are corrected by that.`]
      : []),
  ];
  const flagged = [
    ...(notLogged > 0 ? [notLoggedWords(notLogged)] : []),
    ...(early > 0
      ? [
          `${formatCounted(early, 'read')} came before the run began, when there was no joiner: another run's, or the clocks disagree.`,
        ]
      : []),
    ...(future > 0
      ? [
          `The clocks disagree: ${formatCounted(future, 'read')} came later than now. Correct the times of the log and measure it again: what is told here goes by them.`,
        ]
      : []),
  ];
  return [
    ...texts.flatMap((text) => wrapped(text, brush)),
    ...flagged.flatMap((text) =>
      wrapped(`${brush.symbols.warning} ${text}`, brush).map((line) => brush.paint('warning', line)),
    ),
  ];
}

function plotLines({ figures }: RunReport, { course }: ReplicaCameTrue, brush: Brush): string[] {
  if (!course) return [];
  const frame = frameFor(brush, brush.asSentences ? undefined : process.stdout.columns);
  const marks = [
    { name: 'hot-ready', atMs: figures?.hotReadyMs },
    { name: 'in sync', atMs: figures?.inSyncMs },
  ].flatMap(({ name, atMs }) => (atMs === undefined ? [] : [{ name, atMs }]));
  const plots = coursePlots([{ name: 'reads', role: 'good', course }], frame, marks);
  return plots.length === 0 ? [] : ['', ...plots];
}

function quietly(texts: readonly string[], brush: Brush): string[] {
  return texts.flatMap((text) => wrapped(text, brush)).map((line) => brush.paint('quiet', line));
}

function wrapped(text: string, { width }: Brush): string[] {
  return wrapWords([text], width - 4).map((line) => `    ${line}`);
}
