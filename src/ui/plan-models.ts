import type { ForecastReport, ModelScore, SeriesReport } from '../core/forecast/report.ts';
import type { PlanReport } from '../core/plan/plan-report.ts';
import { printable } from '../core/text.ts';
import { formatCount, formatCounted, formatDuration, formatPercent, formatSpan } from './format.ts';
import type { Brush } from './metrics-paint.ts';
import { modelName } from './plan-model-words.ts';
import { bar } from './theme.ts';
import { wrapWords } from './wrap-words.ts';

const barWidth = 30;
const nameWidth = 24;
const shownModels = 6;

/** What ordered the keys, and what the best of each kind of model would have served, so that one sees what the choice is worth. */
export function modelLines({ forecast, knownKeys }: PlanReport, brush: Brush): string[] {
  const { paint, theme, symbols } = brush;
  const best = bestOfEach(forecast.models);
  return [
    '',
    ...orderWords(forecast).map((words, line) => `  ${line === 0 ? paint('strong', words) : words}`),
    ...(best.length > 0
      ? [
          `  ${paint('quiet', `share of the reads that a plan of ${formatCounted(testedKeys(forecast, knownKeys), 'key')} would have served, mean of`)}`,
          `  ${paint('quiet', `${formatCounted(forecast.backtestWindows, 'earlier window')} and of the plan, its first half and its first quarter:`)}`,
        ]
      : []),
    ...best.map((score) => {
      const line = `${modelName(score).padEnd(nameWidth)} ${bar(score.served, barWidth, theme)} ${formatPercent(score.served, 1).padStart(7)}`;
      return score.chosen ? `  ${paint('active', line)} ${symbols.done}` : `  ${line}`;
    }),
    ...seriesWords('ARIMA', forecast.arima, brush),
    ...seriesWords('LSTM', forecast.lstm, brush),
  ];
}

/** How many keys a plan of this size has, as far as the backtest could know. */
function testedKeys({ judgedShare }: ForecastReport, knownKeys: number): number {
  return Math.max(1, Math.round(judgedShare * knownKeys));
}

/**
 * Of each kind the one that is chosen, or the first; `models` are best first. A model of series that was not taken has no line: it speaks of a few keys, and
 * would stand there with what the chosen one served.
 */
function bestOfEach(models: readonly ModelScore[]): ModelScore[] {
  const tested = models.filter(
    ({ served, chosen, model }) =>
      Number.isFinite(served) && (chosen || (model !== 'arima' && model !== 'lstm')),
  );
  const chosen = tested.find((score) => score.chosen);
  const kinds = new Map<string, ModelScore>();
  for (const score of tested) if (!kinds.has(score.model)) kinds.set(score.model, score);
  if (chosen) kinds.set(chosen.model, chosen);
  return [...kinds.values()].sort((a, b) => b.served - a.served).slice(0, shownModels);
}

/** Each line no longer than 76 characters. */
function orderWords(forecast: ForecastReport): string[] {
  const { chosen, learned, halfLifeMs } = forecast;
  const why = chosenWords(forecast);
  if (chosen.model !== 'learned') {
    const settings = { decay: `, half-life ${formatSpan(halfLifeMs)}` }[chosen.model as 'decay'] ?? '';
    return [`Ordered by ${kindWords(chosen.model)}${settings}${cycleWords(chosen.cycleMs)}: ${why}`];
  }
  const from = learned ? ` from ${formatCount(learned.rows)} earlier moments of keys` : '';
  const beside = chosen.decayWeight
    ? [`with the decayed count of ${formatSpan(chosen.halfLifeMs ?? halfLifeMs)} beside it: ${why}`]
    : [];
  const first = `Ordered by what was learned${from}`;
  return [
    beside.length > 0 ? `${first},` : `${first}: ${why}`,
    ...beside,
    ...(forecast.judgedBy === 'keys'
      ? ['The history is short: it was judged on keys that it had not seen.']
      : []),
  ];
}

function kindWords(model: ForecastReport['chosen']['model']): string {
  const words = { decay: 'decayed frequency', seasonal: 'reads at the same time before', arima: 'ARIMA' };
  return words[model as keyof typeof words] ?? (model === 'lstm' ? 'the LSTM' : model);
}

function cycleWords(cycleMs: number | undefined): string {
  return cycleMs === undefined ? '' : `, every ${formatSpan(cycleMs)}`;
}

function chosenWords({ chosenFrom, halfLifeFrom, chosen }: ForecastReport): string {
  if (chosen.model === 'decay' && halfLifeFrom === 'tuned') return 'as tuned';
  return {
    backtest: 'best of the backtest',
    named: 'as said',
    default: 'nothing to test it on yet',
    stored: 'as chosen before',
  }[chosenFrom];
}

function seriesWords(name: string, report: SeriesReport | undefined, { paint }: Brush): string[] {
  if (!report) return [];
  const { keys, fitted, failed, failure, skipped, ms } = report;
  const took = ` (${formatDuration(ms)})`;
  const outcome =
    keys > 0
      ? `taken for ${formatCounted(keys, 'key')}${took}`
      : fitted > 0
        ? `tried, and not taken${took}`
        : skipped > 0
          ? `not tried${took}`
          : 'not tried: there was nothing to test it on';
  const failures =
    failed > 0 ? [`${formatCount(failed)} failed${failure ? ` (${printable(failure, 24)})` : ''}`] : [];
  const left = skipped > 0 ? [`${formatCount(skipped)} fits past its share of --time-budget`] : [];
  const words = [outcome, ...failures, ...left];
  return wrapWords([`${name} ${words.join(', ')}`], 76).map((line) => `  ${paint('quiet', line)}`);
}
