import type { ModelScore } from '../core/forecast/report.ts';
import type { BacktestReport } from '../core/plan/backtest-report.ts';
import { printable } from '../core/text.ts';
import {
  formatCount,
  formatCounted,
  formatDuration,
  formatFraction,
  formatPercent,
  formatSpan,
} from './format.ts';
import type { Brush } from './metrics-paint.ts';
import { modelName, modelWords } from './plan-model-words.ts';
import { rowSentence } from './row-sentence.ts';
import { wrapWords } from './wrap-words.ts';

const nameWidth = 21;
const verdictWidth = 20;

/** Every model of the backtest, best first, and what forecasting is worth here, for a terminal of 80 columns; safe to print. */
export function backtestLines(report: BacktestReport, brush: Brush): string[] {
  const { paint, symbols } = brush;
  const { models, windows, horizonMs } = report;
  if (windows === 0) {
    return [
      `${paint('warning', symbols.warning)} ${paint('strong', 'Nothing to test on yet')}`,
      `  The history has no earlier window of ${formatSpan(horizonMs)} with enough reads.`,
      '  A shorter --horizon needs less history.',
    ];
  }
  return [
    `${paint('strong', `Backtest on ${formatCounted(windows, 'earlier window')} of ${formatSpan(horizonMs)}`)}, for a plan of ${formatCount(report.judgedKeys)} of ${formatCounted(report.knownKeys, 'key')}`,
    ...(report.judgedBy === 'keys'
      ? ['  The history is short: what is learned was judged on keys that it had not seen.']
      : []),
    '',
    ...(brush.asSentences
      ? []
      : [`  ${paint('quiet', `${'MODEL'.padEnd(nameWidth)}  SERVED HIT RATE  CAL.ERR     COST`)}`]),
    ...models.map((score) => {
      if (brush.asSentences) return `  ${scoreSentence(score)}`;
      const line = scoreLine(score);
      return score.chosen
        ? `  ${paint('active', `${line}chosen`)} ${symbols.done}`
        : `  ${line}${verdict(score)}`;
    }),
    '',
    ...leadWords(report),
    '',
    `  ${paint('quiet', 'SERVED is what the choice goes by: the share of the reads that the plan, its')}`,
    `  ${paint('quiet', 'first half and its first quarter would have served, on average. HIT RATE is')}`,
    `  ${paint('quiet', 'that of the whole plan, CAL.ERR how far confidence was from what came.')}`,
  ];
}

function scoreLine(score: ModelScore): string {
  const { calibrationError } = score;
  return [
    modelName(score).padEnd(nameWidth),
    percent(score.served).padStart(8),
    percent(score.hitRate).padStart(9),
    (calibrationError === undefined ? '-' : formatFraction(calibrationError)).padStart(9),
    formatDuration(score.ms).padStart(9),
    '  ',
  ].join('');
}

const headings = ['MODEL', 'SERVED', 'HIT RATE', 'CALIBRATION ERROR', 'COST', ''];

function scoreSentence(score: ModelScore): string {
  const { calibrationError, served, hitRate, ms, chosen } = score;
  const error = calibrationError === undefined ? '-' : formatFraction(calibrationError);
  const end = chosen ? 'chosen' : verdict(score);
  return rowSentence(headings, [
    modelName(score),
    percent(served),
    percent(hitRate),
    error,
    formatDuration(ms),
    end,
  ]);
}

function percent(share: number): string {
  return Number.isFinite(share) ? formatPercent(share, 2) : '-';
}

function verdict({ reason }: ModelScore): string {
  return printable(reason ?? '', verdictWidth);
}

/** Below this share of the reads, which model is better is chance. */
const leastLead = 0.001;

function leadWords({ chosen, bestSimple, lead }: BacktestReport): string[] {
  if (!chosen || !bestSimple || !lead) return ['  The chosen model could not be tested.'];
  const overFrequency = `${signed(lead.overFrequency)} over plain frequency.`;
  const words =
    chosen === bestSimple
      ? [
          `A simple rule does best here, and is taken: ${modelWords(bestSimple)}${chosen.model === 'frequency' ? '.' : `, ${overFrequency}`}`,
        ]
      : [
          worthWords(lead.overBestSimple),
          `${signed(lead.overBestSimple)} over the best simple rule (${modelWords(bestSimple)}), ${overFrequency}`,
        ];
  return wrapWords([words.join(' ')], 76).map((line) => `  ${line}`);
}

function worthWords(lead: number): string {
  if (lead >= leastLead) return 'Forecasting pays here:';
  return lead > -leastLead
    ? 'Forecasting gains nothing over a simple rule here:'
    : 'A simple rule would have served more here:';
}

function signed(lead: number): string {
  const points = 100 * lead;
  return `${points < 0 ? '-' : '+'}${formatFraction(Math.abs(points), 2)} points`;
}
