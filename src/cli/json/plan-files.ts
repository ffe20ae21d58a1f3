import { z } from 'zod';
import { comparedFields } from '../../core/plan/diff/entry-fields.ts';
import type { PlanDifference } from '../../core/plan/diff/plan-difference.ts';
import type { PlanInspection } from '../../core/plan/inspect/inspection-report.ts';
import { fate } from '../../core/plan/inspect/plan-outcome.ts';
import { sortOrders } from '../../core/plan/inspect/plan-rows.ts';
import { declaredAs } from './declared-as.ts';
import { bytes, count, durationMs, flag, isoTime, share, text, timeMs } from './figures.ts';
import { keySteps, planEntry } from './plan-parts.ts';

const totals = {
  entries: count('Entries of the plan.'),
  pinned: count('Those that are pinned.'),
  bytes: bytes('Of the rows whose size the plan says.'),
  unknownSizes: count('Entries without a size.'),
  expectedReads: count('Reads of all of them within the horizon.'),
  expectedHitRate: share("Of the horizon's reads."),
};

const named = (words: string) =>
  z
    .array(
      z.strictObject({
        name: text('Absent for entries without one.').optional(),
        entries: count('Its entries.'),
        expectedReads: count('Their reads.'),
      }),
    )
    .describe(words);

const point = {
  keys: count('So many keys.'),
  bytes: bytes('Of their rows whose size the plan says.'),
  expectedHitRate: share("Of the horizon's reads."),
};

const listedEntry = planEntry.extend({ place: count('In the plan, from 1.') });

const keyPast = z.union([
  z.strictObject({ absent: text('Why nothing is known of it.') }),
  z.strictObject({
    past: keySteps.describe('Before the origin.').optional(),
    reads: count('Over the whole history.'),
    writes: count('Over the whole history.'),
    firstMs: timeMs('Its first event.'),
    lastMs: timeMs('Its last event.'),
    lastReadMs: timeMs('Its last read.').optional(),
    readsByReplica: z.array(z.strictObject({ replica: text('Its name.'), reads: count('Its reads.') })),
    since: z
      .strictObject({
        reads: count('Reads since the origin.'),
        writes: count('Writes since the origin.'),
        untilMs: timeMs('Where the history ends.'),
      })
      .optional(),
  }),
]);

const detail = z.strictObject({
  entry: planEntry,
  place: count('In the plan, from 1.'),
  fate: z.enum(Object.keys(fate) as [keyof typeof fate, ...(keyof typeof fate)[]]),
  readsRank: count('1 for the entry with the most expected reads.'),
  confidenceRank: count('1 for the entry with the highest confidence.'),
  readsShare: share('Of the reads that the plan expects of all its entries.'),
  hitRateSoFar: share('Expected hit rate of the entries up to this one.'),
  past: keyPast,
});

/** A plan's header keeps what it does not know. */
const header = z.looseObject({
  kind: z.literal('foresync.plan'),
  version: z.literal(1),
  group: text('The replica group.').optional(),
  table: text('The table.').optional(),
  origin: isoTime('Where the forecast begins.'),
  horizonMs: durationMs('How far it looks ahead.'),
  model: text('As it was asked for.'),
  minConfidence: share('The threshold.'),
  entries: count('Entries that follow.'),
  expectedHitRate: share("Of the horizon's reads."),
});

const inspection = z.strictObject({
  file: text('The plan file.'),
  plan: z.strictObject(totals),
  edited: z
    .strictObject({
      ...totals,
      excluded: count('Entries that were excluded.'),
      belowThreshold: count('Entries below the threshold.'),
      pastBudget: count('Entries past the budget.'),
      assumedSizeBytes: bytes('What an entry without a size counts as.').optional(),
      added: count('Pinned keys that the plan did not have.'),
    })
    .describe('What the edits leave; absent without any.')
    .optional(),
  donors: named('By donor.'),
  models: named('By model.'),
  curve: z
    .strictObject({ by: z.enum(['bytes', 'keys']), points: z.array(z.strictObject(point)) })
    .describe('Hit rate against bytes or keys, with the edits.'),
  thresholds: z.array(z.strictObject({ ...point, minConfidence: share('With this threshold.') })),
  view: z
    .strictObject({
      sort: z.enum(sortOrders),
      reverse: z.boolean(),
      leastConfidence: z.number().optional(),
      donor: z.string().optional(),
      model: z.string().optional(),
      search: z.string().optional(),
    })
    .describe('What is listed.'),
  matching: count('Entries that the view lists.'),
  entries: z.array(listedEntry).describe('The first of them.'),
  detail: detail.describe('With --key.').optional(),
});

export const planInspectJson = declaredAs<Omit<PlanInspection, 'header'>>()(inspection).extend({
  header,
  out: text('Where the new plan was written.').optional(),
  dryRun: flag('It was only told.'),
});

const some = (words: string) =>
  z
    .strictObject({
      keys: count('How many.'),
      expectedReads: count('Their reads.'),
      bytes: bytes('Their size.'),
    })
    .describe(words);

const side = z.strictObject({ file: text('The plan file.'), totals: z.strictObject(totals) });
const headerField = z.strictObject({
  field: text('Its name.'),
  a: z.unknown().describe('Its value in A.').optional(),
  b: z.unknown().describe('Its value in B.').optional(),
});

const difference = z.strictObject({
  a: side,
  b: side,
  same: flag('Neither the header nor any entry differs, nor their order.'),
  added: some('Keys of B alone.'),
  dropped: some('Keys of A alone.'),
  changed: z.strictObject({
    keys: count('Keys of both whose figures differ.'),
    byField: z.strictObject(
      Object.fromEntries(comparedFields.map((field) => [field, z.number()])) as Record<
        (typeof comparedFields)[number],
        z.ZodNumber
      >,
    ),
  }),
  unchanged: z.strictObject({ keys: count('Keys of both with the same figures.') }),
  reordered: flag('The keys of both are not in the same order.'),
  first: z
    .strictObject({
      added: z.array(listedEntry),
      dropped: z.array(listedEntry),
      changed: z.array(
        z.strictObject({ a: listedEntry, b: listedEntry, fields: z.array(z.enum(comparedFields)) }),
      ),
    })
    .describe('The first of each kind.'),
});

export const planDiffJson = declaredAs<Omit<PlanDifference, 'header'>>()(difference).extend({
  header: z.array(headerField).describe('Fields of the header that differ.'),
});
