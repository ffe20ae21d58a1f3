import type { CameTrue } from '../core/metrics/came-true.ts';
import type { PlanCameTrue } from '../core/metrics/plan-reads.ts';
import type { RunReport } from '../core/metrics/run-report.ts';
import {
  formatBytes,
  formatCount,
  formatCounted,
  formatFraction,
  formatHitRate,
  formatInstant,
  formatPercent,
} from './format.ts';
import type { Brush } from './metrics-paint.ts';
import { replicaLines } from './metrics-reads.ts';
import { expectedTimesLines } from './metrics-times.ts';
import { hitRateOr } from './metrics-words.ts';
import { rowSentence } from './row-sentence.ts';
import { bar } from './theme.ts';
import { wrapWords } from './wrap-words.ts';

const headings = ['CONFIDENCE', 'KEYS', 'SAID', 'THINNED', 'READ'] as const;
const coveredForCalibration = 0.9;
/** From this share on the log speaks for the whole group, and thinning changes next to nothing. */
const fullVolume = 0.98;

/** What the joiner's log said of a run, each figure with what it means. */
export function cameTrueLines(run: RunReport, cameTrue: CameTrue, brush: Brush): string[] {
  const { log, plan, replica } = cameTrue;
  const span =
    log.firstMs === undefined || log.lastMs === undefined
      ? 'no events'
      : `${formatInstant(log.firstMs)} to ${formatInstant(log.lastMs)}`;
  const lines = [
    `  ${brush.paint('strong', "What came true, by the joiner's log")}${partWords(run)}`,
    `  ${brush.paint('quiet', `${formatCounted(log.reads, 'read')}, ${formatCounted(log.writes, 'write')}, ${span}`)}`,
    '',
    ...(plan ? planLines(plan, run.planHitRate, brush) : ['  The run had no plan to measure.']),
    '',
    ...replicaLines(run, cameTrue, brush),
  ];
  if ((replica.measured?.reads ?? 0) === replica.reads) return lines;
  const note = 'A log of reads alone cannot tell keys without a row: they count like others.';
  return [...lines, '', `  ${brush.paint('quiet', note)}`];
}

/** A run that did not come to its end is measured as far as it came. */
function partWords({ outcome }: RunReport): string {
  if (outcome === 'done') return '';
  return outcome === 'running' ? ', so far' : ', as far as the run came';
}

function planLines(plan: PlanCameTrue, rate: number | undefined, brush: Brush): string[] {
  if (rate === undefined) return ["  Reads of planned keys: the log has no read within the plan's horizon."];
  const { wasted, missed } = plan;
  const came = `${formatHitRate(rate)} came true, ${hitRateOr(plan.expectedHitRate)} expected`;
  const reads = `${formatCount(plan.hits)} of ${formatCounted(plan.reads, 'read')} within the horizon were of planned keys whose row had been sent`;
  const bytes = wasted.bytes === undefined ? '' : `, ${formatBytes(wasted.bytes)}${sizedWords(wasted)}`;
  const lines = [
    `  ${brush.paint('strong', 'Reads of planned keys')}  ${came}`,
    ...wrapWords([`${reads}.`], brush.width - 4).map((text) => `    ${text}`),
    `    The log covers ${formatPercent(plan.covered)} of the horizon.`,
    ...volumeLines(plan.volume),
    ...wrapWords(
      [
        `Never read: ${formatCount(wasted.keys)} of the ${formatCounted(wasted.sentKeys, 'planned key')} that ${wasted.sentKeys === 1 ? 'was' : 'were'} sent${bytes}.`,
      ],
      brush.width - 4,
    ).map((text) => `    ${text}`),
  ];
  if (Math.round(wasted.byVolume) > 0)
    lines.push(
      `    About ${formatCount(wasted.byVolume)} more than if the log had all of the group's reads.`,
    );
  if (missed) {
    const { recent, older, unseen } = missed;
    lines.push(
      `    Missed reads: ${formatCount(recent)} of keys read lately, ${formatCount(older)} of keys read long ago,`,
      `    ${formatCount(unseen)} of keys never read before the origin.`,
    );
  }
  return [...lines, ...calibrationLines(plan, brush), ...expectedTimesLines(plan.expectedTimes, brush)];
}

/** Where sizes come from, if not all are the plan's. */
function sizedWords({ keys, sizedByMean = 0 }: PlanCameTrue['wasted']): string {
  if (sizedByMean === 0) return '';
  return sizedByMean === keys ? ' by the mean of hot rows' : ` (${formatCount(sizedByMean)} by the mean)`;
}

function volumeLines(volume: PlanCameTrue['volume']): string[] {
  if (!volume) return [];
  const { expectedReads, share } = volume;
  const group = `${formatCounted(Math.round(expectedReads), 'read')} expected of the whole group`;
  if (share > 1) {
    const times = share < 10 ? formatFraction(share, 1) : formatCount(Math.round(share));
    return [`    It has ${times} times the ${group}.`];
  }
  const has = `    It has ${formatPercent(share, 1)} of the ${group}.`;
  if (share >= fullVolume) return [has];
  return [has, '    The confidence is about all of those: below it is thinned to that share.'];
}

function calibrationLines({ calibration, covered, volume }: PlanCameTrue, brush: Brush): string[] {
  if (!calibration) return [];
  const thinned = volume !== undefined && volume.share < fullVolume;
  const row = (said: string, keys: string, mean: string, inLog: string, read: string) =>
    brush.asSentences
      ? `    ${rowSentence(headings, [said, keys, mean, thinned ? inLog : '', read])}`
      : `    ${said.padEnd(12)} ${[keys, mean, ...(thinned ? [inLog] : []), read].map((text) => text.padStart(9)).join(' ')}`;
  return [
    '',
    `  ${brush.paint('strong', 'Confidence')}        off by ${formatFraction(calibration.ece)} on average (ECE), Brier ${formatFraction(calibration.brier)}`,
    ...(covered < coveredForCalibration ? ['    so far: the log ends before the horizon does'] : []),
    ...(brush.asSentences ? [] : [brush.paint('quiet', row(...headings))]),
    ...calibration.bins.map((bin) => {
      const said = `${formatFraction(bin.from, 1)} - ${formatFraction(bin.to, 1)}`;
      const line = row(
        said,
        formatCount(bin.keys),
        formatPercent(bin.meanConfidence, 1),
        formatPercent(bin.meanInLog, 1),
        formatPercent(bin.readShare, 1),
      );
      return brush.asSentences
        ? line
        : `${line}  ${brush.paint('quiet', bar(bin.readShare, 20, brush.theme))}`;
    }),
  ];
}
