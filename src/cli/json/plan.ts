import { z } from 'zod';
import type { BacktestReport } from '../../core/plan/backtest-report.ts';
import type { KeyReport } from '../../core/plan/key-report.ts';
import type { PlanReport } from '../../core/plan/plan-report.ts';
import type { Gate } from '../gate.ts';
import { declaredAs } from './declared-as.ts';
import { bytes, count, durationMs, figureOrNull, flag, gate, isoTime, share, text } from './figures.ts';
import { forecastName, forecastReport, modelName, modelScore } from './forecast.ts';
import { keySteps, planEntry } from './plan-parts.ts';

const planReport = z.strictObject({
  group: text('The replica group.').optional(),
  table: text('The table.').optional(),
  origin: isoTime('Where the forecast begins.'),
  horizonMs: durationMs('How far it looks ahead.'),
  model: text('As it was asked for.'),
  keys: count('Keys in the plan.'),
  knownKeys: count('Keys that the history knew at the origin.'),
  bytes: bytes('Size of the planned rows, as far as it is known or assumed.'),
  assumedSizeBytes: bytes('The size of rows of which it is not known.').optional(),
  expectedReads: count('Reads of the planned keys within the horizon.'),
  expectedHitRate: share('Reads that the plan expects to serve.'),
  backtestedHitRate: share(
    'Reads that keys ordered alike, the `forecast.judgedShare` of those known, would have served on earlier windows of the history. Absent where nothing could be tested. --fail-under judges the smaller of this and expectedHitRate.',
  ).optional(),
  minConfidence: share('The threshold.'),
  sizedFor: z
    .strictObject({
      rows: count('Its rows.'),
      from: z.enum(['flag', 'run']),
    })
    .describe(
      'The table that the plan has as many keys for as are worth sending ahead, with --min-confidence auto. `from`: a flag, or its latest run.',
    )
    .optional(),
  budgetKeys: count('The budget in keys.').optional(),
  budgetBytes: bytes('The budget in bytes.').optional(),
  chosen: z
    .strictObject({
      pinned: count('Keys that come first.'),
      unseen: count('Those that the history does not know.'),
      excluded: count('Keys that are never planned.'),
    })
    .optional(),
  worthless: count('Keys that had better wait for the snapshot.').optional(),
  snapshot: z
    .strictObject({
      startMs: durationMs('From the origin to its begin.'),
      durationMs: durationMs('What it is going to take.'),
      from: z.enum(['flag', 'runs', 'horizon']),
    })
    .optional(),
  confidenceTenths: z.array(z.number()).describe('Planned keys by confidence, in tenths from 0 to 1.'),
  staleMs: durationMs('From the last event to the origin; below zero where that lies inside the history.'),
  forecast: forecastReport,
  first: z.array(planEntry).describe('The first ten entries.'),
});

type PlanResult = { file: string; dryRun: boolean; gate: Gate | undefined; seconds: number } & PlanReport;

export const planJson = declaredAs<PlanResult>()(
  planReport.extend({
    file: text('Where the plan was written.'),
    dryRun: flag('It was not written, nor was anything kept that was learned.'),
    gate,
    seconds: count('What it took.'),
  }),
);

const backtest = declaredAs<BacktestReport>()(
  z.strictObject({
    origin: isoTime('All windows end before it.'),
    horizonMs: durationMs('The length of a window.'),
    windows: count('How many there are.'),
    knownKeys: count('Keys that the history knows.'),
    judgedKeys: count('Keys of the plan that models were judged at.'),
    judgedBy: z.enum(['time', 'keys']),
    models: z.array(modelScore).describe('Best first.'),
    chosen: modelScore.optional(),
    bestSimple: modelScore.optional(),
    lead: z
      .strictObject({
        overBestSimple: figureOrNull('How much more the chosen one served, in shares of all reads.'),
        overFrequency: figureOrNull('The same over frequency.'),
      })
      .optional(),
  }),
);

const interval = {
  low: count('The lower end of 80 %.'),
  high: count('The upper end of 80 %.'),
  by: z.enum(['poisson', 'negative binomial', 'its own variance']),
};

const feature = z.strictObject({
  name: text('H in it is the horizon.'),
  value: z.number().nullable().describe('Null where there is nothing to measure.'),
  unit: z.enum(['horizons', 'bytes', 'number']),
  above: share('Known keys whose value is above.'),
  same: share('Known keys whose value is the same.'),
});

const explained = declaredAs<KeyReport>()(
  z.strictObject({
    key: text('As the logs have it.'),
    model: modelName.shape.model,
    origin: isoTime('Where the forecast begins.'),
    horizonMs: durationMs('How far it looks ahead.'),
    confidence: share('Probability that it is read within the horizon.'),
    expectedAt: isoTime('Median of its first read, given that it is read.'),
    expectedReads: count('Within the horizon.'),
    expectedWrites: count('Within the horizon.'),
    sizeBytes: bytes('Of its row.').optional(),
    donor: text('The replica that reads it most.').optional(),
    standing: z.strictObject({
      place: count('In the plan, from 1; absent where it is not planned.').optional(),
      entries: count('Entries of the plan.'),
      why: z.enum(['pinned', 'chosen', 'excluded', 'below-threshold', 'worthless', 'behind-budget']),
      minConfidence: share('The threshold.'),
      budgetKeys: count('The budget in keys.').optional(),
      budgetBytes: bytes('The budget in bytes.').optional(),
    }),
    interval: z.strictObject(interval).describe('Of the expected reads.'),
    rank: count('1 for the key with the most expected reads.'),
    knownKeys: count('Keys that the history knows.'),
    past: keySteps,
    ahead: z.array(z.number()).describe('Expected reads in equal parts of the horizon.'),
    chosen: modelName,
    models: z.array(
      z.strictObject({ name: forecastName, expectedReads: count('Within the horizon.'), ...interval }),
    ),
    features: z.array(feature),
    contributions: z
      .strictObject({
        averageReads: count('Of a row that the forests learned from.'),
        forestReads: count('Of this key.'),
        largest: z
          .array(z.strictObject({ feature, factor: count('By how much it multiplies the average.') }))
          .describe('What moves most first.'),
      })
      .optional(),
  }),
);

const seconds = count('What it took.');
export const planBacktestJson = z.strictObject({ backtest, seconds });
export const planExplainJson = z.strictObject({ explained, seconds });

export type PlanJson = z.infer<typeof planJson>;
