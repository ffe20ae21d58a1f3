import stringWidth from 'string-width';
import type { ModelForecast } from '../core/forecast/explain/model-forecasts.ts';
import type { KeyReport } from '../core/plan/key-report.ts';
import { printable } from '../core/text.ts';
import { fitEnds, frameFor } from './analyze/page-frame.ts';
import { formatBytes, formatCount, formatFraction, formatInstant, formatRate, formatSpan } from './format.ts';
import type { Brush } from './metrics-paint.ts';
import { keyPlot } from './plan-key-plot.ts';
import {
  featureWords,
  rankWords,
  readsWords,
  reasonWords,
  standingWords,
  valueWords,
} from './plan-key-words.ts';
import { modelName } from './plan-model-words.ts';
import { rowSentence } from './row-sentence.ts';

const width = 80;

/** Why a key stands where it stands in the plan, for a terminal of 80 columns; safe to print. */
export function keyLines(report: KeyReport, brush: Brush): string[] {
  const { paint, symbols } = brush;
  const planned = report.standing.place !== undefined;
  const sign = planned ? paint('good', symbols.done) : paint('warning', symbols.warning);
  const name = printable(report.key, 8192);
  const shown =
    stringWidth(name) <= width - 2 ? name : fitEnds(name, width - 2, frameFor(brush, width)).trimEnd();
  return [
    `${sign} ${paint('strong', shown)}`,
    `  ${standingWords(report)}`,
    '',
    ...keyPlot(report, brush),
    '',
    ...figureRows(report, brush),
    '',
    ...modelRows(report, brush),
    '',
    ...reasonRows(report, brush),
    '',
    ...featureRows(report, brush),
  ];
}

function figureRows(report: KeyReport, { paint, arrow }: Brush): string[] {
  const { interval, horizonMs, origin, expectedAt, sizeBytes, donor } = report;
  const from = Date.parse(origin);
  const first = formatInstant(Date.parse(expectedAt));
  const facts: [string, string][] = [
    ['forecast', `${formatInstant(from)} ${arrow} ${formatInstant(from + horizonMs)}`],
    ['confidence', `${formatFraction(report.confidence)}, that it is read within ${formatSpan(horizonMs)}`],
    [
      'reads',
      `${readsWords(report.expectedReads)}, in 4 of 5 cases ${rangeWords(interval)} (${interval.by})`,
    ],
    ['first read', `about ${first}, if it is read`],
    ['writes', readsWords(report.expectedWrites)],
    [
      'size, donor',
      `${sizeBytes === undefined ? 'size unknown' : formatBytes(sizeBytes)}, ${donor === undefined ? 'no donor' : printable(donor, 40)}`,
    ],
  ];
  return facts.map(([label, text]) => `  ${paint('quiet', label.padEnd(12))}${text}`);
}

function rangeWords({ low, high }: { low: number; high: number }): string {
  return low === high ? formatCount(low) : `${formatCount(low)} to ${formatCount(high)}`;
}

function modelRows({ models, chosen }: KeyReport, { paint, asSentences }: Brush): string[] {
  if (asSentences)
    return models.map((model) => {
      const cells = [forecastName(model), readsWords(model.expectedReads), rangeWords(model), model.by];
      return `  ${rowSentence(['MODEL ALONE', 'READS', 'IN 4 OF 5 CASES', 'SPREAD LIKE'], cells)}`;
    });
  const heading = `${'MODEL, ALONE'.padEnd(26)}${'READS'.padStart(9)}   80 % OF CASES   SPREAD LIKE`;
  return [
    `  ${paint('quiet', heading)}`,
    ...models.map((model) => {
      const cells = [
        forecastName(model).padEnd(26),
        readsWords(model.expectedReads).padStart(9),
        rangeWords(model).padStart(16),
        `   ${model.by}`,
      ].join('');
      return model.name.model === chosen.model ? `  ${paint('active', cells)}` : `  ${cells}`;
    }),
  ];
}

function forecastName({ name }: ModelForecast): string {
  return name.forest === undefined ? modelName(name) : `learned, forest ${name.forest}`;
}

const featureWidth = 48;
const valueWidth = 12;

function reasonRows(report: KeyReport, { paint, theme }: Brush): string[] {
  const [first = '', ...rest] = reasonWords(report);
  const largest = report.contributions?.largest ?? [];
  const [times, over] = theme.unicode ? ['×', '÷'] : ['x', '/'];
  return [
    `  ${paint('strong', first)}`,
    ...rest.map((line) => `  ${paint('strong', line)}`),
    ...largest.map(({ feature, factor }) => {
      const raises = factor >= 1;
      const amount = `${raises ? '+' : '-'} ${raises ? times : over} ${formatRate(raises ? factor : 1 / factor)}`;
      const name = featureWords(feature).padEnd(featureWidth - 10);
      return `  ${paint(raises ? 'good' : 'warning', amount.padEnd(10))}${name}${valueWords(feature, report.horizonMs).padStart(valueWidth)}`;
    }),
  ];
}

function featureRows({ features, horizonMs }: KeyReport, { paint, asSentences }: Brush): string[] {
  if (asSentences)
    return features.map((feature) => {
      const cells = [featureWords(feature), valueWords(feature, horizonMs), rankWords(feature)];
      return `  ${rowSentence(['FEATURE', 'VALUE', 'AMONG ALL KEYS'], cells)}`;
    });
  const heading = `${`FEATURE (H: horizon; 4H: half-life of 4 of it)`.padEnd(featureWidth)}${'VALUE'.padStart(valueWidth)}   AMONG ALL KEYS`;
  return [
    `  ${paint('quiet', heading)}`,
    ...features.map(
      (feature) =>
        `  ${featureWords(feature).padEnd(featureWidth)}${valueWords(feature, horizonMs).padStart(valueWidth)}   ${rankWords(feature)}`,
    ),
  ];
}
