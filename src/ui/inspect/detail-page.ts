import type { EntryDetail } from '../../core/plan/inspect/entry-detail.ts';
import type { KeyPast } from '../../core/plan/inspect/key-past.ts';
import type { Fate } from '../../core/plan/inspect/plan-outcome.ts';
import type { PlanHeader } from '../../core/plan/prefetch-plan.ts';
import { printable } from '../../core/text.ts';
import { clip, fitEnds, type PageFrame, row, textWidth } from '../analyze/page-frame.ts';
import {
  formatBytes,
  formatCount,
  formatCounted,
  formatFraction,
  formatHitRate,
  formatInstant,
  formatPercent,
  formatSpan,
} from '../format.ts';
import { keyPlot } from '../plan-key-plot.ts';
import { readsWords } from '../plan-key-words.ts';
import { modelWords } from '../plan-model-words.ts';
import { wrapWords } from '../wrap-words.ts';
import { keyWords } from './entry-cells.ts';

const indent = 2;

/** One entry of a plan with the key's history, its forecast and why it stands there; safe to print. */
export function detailPage(detail: EntryDetail, header: PlanHeader, frame: PageFrame): string[] {
  const { brush } = frame;
  const kept = detail.fate === 'kept' || detail.fate === 'pinned';
  const sign = kept ? brush.paint('good', brush.symbols.done) : brush.paint('warning', brush.symbols.warning);
  return [
    `${sign} ${brush.paint('strong', fitEnds(keyWords(detail.entry), frame.width - indent, frame).trimEnd())}`,
    `  ${clip(standingWords(detail, header), frame.width - indent, frame)}`,
    '',
    ...historyRows(detail, header, frame),
    '',
    ...forecastRows(detail, header).map(([label, text]) =>
      row(label, clip(text, textWidth(frame), frame), brush),
    ),
    '',
    ...reasonWords(detail, header).flatMap((words, at) =>
      wrapWords([words], textWidth(frame)).map((text, line) =>
        row(at + line === 0 ? 'reason' : '', text, brush),
      ),
    ),
  ];
}

function standingWords({ place, fate }: EntryDetail, { entries }: PlanHeader): string {
  const words: Record<Fate, string> = {
    kept: '',
    pinned: ', pinned: it goes first whatever its confidence',
    excluded: ', excluded: it is left out',
    'below-threshold': ', below the threshold: it is left out',
    'past-budget': ', past the budget: it is left out',
  };
  return `Entry ${formatCount(place)} of ${formatCount(entries)}${words[fate]}`;
}

function historyRows({ past, entry }: EntryDetail, { horizonMs }: PlanHeader, frame: PageFrame): string[] {
  const { brush } = frame;
  if ('absent' in past)
    return wrapWords([past.absent], textWidth(frame)).map((text, at) =>
      row(at === 0 ? 'history' : '', text, brush),
    );
  // The plan tells how many reads it expects, not how they lie within the horizon: their mean is drawn.
  const plot = past.past
    ? keyPlot({ past: past.past, ahead: [entry.expectedReads], horizonMs }, brush)
    : [row('history', 'begins behind the origin of the plan', brush)];
  return [
    ...plot,
    ...historyFacts(past).map(([label, text]) => row(label, clip(text, textWidth(frame), frame), brush)),
  ];
}

function historyFacts({
  reads,
  writes,
  firstMs,
  lastMs,
  readsByReplica,
  since,
}: KeyPast): [string, string][] {
  const replicas = readsByReplica.map(
    ({ replica, reads: at }) => `${printable(replica, 24)} ${formatCount(at)}`,
  );
  return [
    [
      'history',
      `${formatCounted(reads, 'read')}, ${formatCounted(writes, 'write')}, ${dayOf(firstMs)} to ${dayOf(lastMs)}`,
    ],
    ...(replicas.length > 1 ? [['read at', replicas.join(', ')] as [string, string]] : []),
    ...(since
      ? ([
          [
            'since then',
            `${formatCounted(since.reads, 'read')} and ${formatCounted(since.writes, 'write')} since the origin, until ${formatInstant(since.untilMs)}`,
          ],
        ] as [string, string][])
      : []),
  ];
}

function dayOf(ms: number): string {
  return formatInstant(ms).slice(0, 10);
}

function forecastRows({ entry }: EntryDetail, { horizonMs }: PlanHeader): [string, string][] {
  const { confidence, expectedReads, expectedWrites, expectedAt, sizeBytes, donor } = entry;
  return [
    ['confidence', `${formatFraction(confidence)}, that it is read within ${formatSpan(horizonMs)}`],
    ['reads', `${readsWords(expectedReads)} expected, ${readsWords(expectedWrites)} writes`],
    ['first read', `about ${formatInstant(Date.parse(expectedAt))}, if it is read`],
    [
      'size, donor',
      `${sizeBytes === undefined ? 'size unknown' : formatBytes(sizeBytes)}, ${donor === undefined ? 'no donor' : printable(donor, 40)}`,
    ],
  ];
}

function reasonWords(detail: EntryDetail, header: PlanHeader): string[] {
  const { entry, readsRank, confidenceRank, readsShare, hitRateSoFar } = detail;
  if (entry.model === 'pin') return ['It is pinned, and the history did not know it: there is no forecast.'];
  const all = formatCount(header.entries);
  const chosen = chosenWords(header);
  return [
    `It is number ${formatCount(readsRank)} of ${all} by expected reads and number ${formatCount(confidenceRank)} by confidence.`,
    `It has ${formatPercent(readsShare, 2)} of the reads that the plan expects; up to it the hit rate is ${formatHitRate(hitRateSoFar)}.`,
    `Its figures come from ${printable(entry.model, 40)}${chosen === undefined ? '' : `; keys were ordered by ${chosen}`}.`,
    "What moved its forecast: 'foresync plan --explain', with the key and the flags of the plan.",
  ];
}

const knownModels = ['frequency', 'recency', 'decay', 'seasonal', 'learned', 'arima', 'lstm'];

/** What ordered the keys, if the header tells it in a way that is understood. */
function chosenWords({ chosen }: PlanHeader): string | undefined {
  if (typeof chosen !== 'object' || chosen === null) return undefined;
  const { model, halfLifeMs, cycleMs, decayWeight } = chosen as Record<string, unknown>;
  const number = (value: unknown) => (typeof value === 'number' && value > 0 ? value : undefined);
  if (typeof model !== 'string' || !knownModels.includes(model)) return undefined;
  return modelWords({
    model: model as Parameters<typeof modelWords>[0]['model'],
    halfLifeMs: number(halfLifeMs),
    cycleMs: number(cycleMs),
    decayWeight: number(decayWeight),
  });
}
