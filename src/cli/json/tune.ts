import { z } from 'zod';
import { type ParameterChange, stepKinds } from '../../core/state/parameter-steps.ts';
import { type GroupParameters, hotOrders, parameterNames } from '../../core/state/parameters.ts';
import { parameterWords } from '../../ui/parameter-words.ts';
import type { NumberChange, ToldStanding, ToldTuning } from '../tuning-json.ts';
import { declaredAs } from './declared-as.ts';
import { bytes, count, durationMs, flag, share, text, timeMs } from './figures.ts';

const order = z.enum(hotOrders).describe('What rows that go ahead are ordered by.');
const value = z.union([z.number(), z.enum(hotOrders)]);

const stepValue = z.union([z.number(), z.enum(hotOrders), z.literal('default')]);

const values = z.strictObject({
  horizonMs: durationMs('How far plans look ahead.').optional(),
  halfLifeMs: durationMs('Of the decayed count.').optional(),
  decayWeight: count('How much the decayed count weighs beside each forest.').optional(),
  minConfidence: share('The threshold of plans.').optional(),
  budgetKeys: count('Most keys of a plan.').optional(),
  budgetBytes: bytes('Most bytes of the rows of a plan.').optional(),
  prefetchTimeoutMs: durationMs('How long hot rows may take.').optional(),
  order: order.optional(),
});

export const parameters = z.array(
  declaredAs<GroupParameters>()(
    z.strictObject({
      group: text('The replica group; absent for plans without one.').optional(),
      parameters: values,
    }),
  ),
);

const change = {
  group: text('The replica group.').optional(),
  name: z.enum(parameterNames),
  kind: z.enum(stepKinds),
  old: value.describe('Its value before; absent for a default that has none.').optional(),
  new: value.describe('Its value since, or what was refused; absent for a default that has none.').optional(),
  wasDefault: flag('The default held before.'),
  reason: text('Why, one sentence.'),
  runId: text('The run that it was tuned by.').optional(),
  undoes: count('The id of the step that it took back.').optional(),
  changedMs: timeMs('When.'),
};

export const parameterSteps = z
  .array(declaredAs<ParameterChange>()(z.strictObject({ id: count('Rising with time.'), ...change })))
  .describe('All steps, whoever made or refused them, newest first.');

export const parameterChanges = z
  .array(
    declaredAs<NumberChange>()(
      z.strictObject({
        group: text('The replica group.').optional(),
        name: z.enum(parameterNames),
        old: count('Its value before.'),
        new: count('Its value since.'),
        reason: text('Why, one sentence.'),
        runId: text('The run that it was tuned by.'),
        changedMs: timeMs('When.'),
      }),
    ),
  )
  .describe('Steps that runs made of parameters that are numbers, newest first.');

export const tuning = declaredAs<ToldTuning>()(
  z.strictObject({
    name: z.enum(parameterNames),
    old: count('The value that the plan used, where it is a number.').optional(),
    new: count('The new value, where it is a number.').optional(),
    from: stepValue.describe('The value that the plan used.').optional(),
    to: stepValue.describe('The new value; absent where the parameter stays.').optional(),
    refused: stepValue.describe('What was proposed and not borne out by the backtest.').optional(),
    reason: text('Why, one sentence.'),
  }),
);

const options = Object.values(parameterWords);

const standing = declaredAs<ToldStanding>()(
  z.strictObject({
    name: z.enum(parameterNames),
    option: z.enum(options).describe('Its name as --set takes it.'),
    value: value.describe('Absent where the default holds.').optional(),
    inForce: value
      .describe(
        'What the next plan goes by; absent where that is chosen when it is made, or there is no limit.',
      )
      .optional(),
    origin: z.enum(['tuned', 'set', 'default']),
    isFrozen: flag('Runs do not move it.'),
    sinceMs: timeMs('Runs that began before are no evidence on it; 0 where it was never touched.'),
  }),
);

export const tuneJson = z.strictObject({
  dryRun: flag('Nothing was changed.'),
  group: text('The replica group; absent for plans without one.').optional(),
  changes: z.array(z.strictObject(change)).describe('What this command changed, or would change.'),
  parameters: z.array(standing).describe('All, as they stand now.'),
  prices: z
    .strictObject({
      servedRead: count('Of a read that was served early.'),
      unreadMegabyte: count('Of a million bytes that nobody read.'),
      twiceMegabyte: count('Of a million bytes that travelled twice.'),
      readAheadMegabyte: count('Of a million bytes that donors read ahead.'),
      syncSecond: count('Of a second until in sync.'),
    })
    .describe('What tuning goes by.'),
});

export const metricsTuningJson = z.strictObject({ parameters, parameterSteps });
