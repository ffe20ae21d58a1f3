import { z } from 'zod';
import type { PlanEntry } from '../../core/plan/prefetch-plan.ts';
import { declaredAs } from './declared-as.ts';
import { bytes, count, durationMs, flag, isoTime, share, text, timeMs } from './figures.ts';

const keyPart = z.union([
  z.string(),
  z.number(),
  z.strictObject({ int: z.string() }),
  z.strictObject({ base64: z.string() }),
]);

export const planEntry = declaredAs<PlanEntry>()(
  z.strictObject({
    key: z
      .union([keyPart, z.array(keyPart)])
      .describe('As in the plan file; an array where it has several columns.'),
    confidence: share('Probability that it is read within the horizon.'),
    expectedAt: isoTime('Median of its first read, given that it is read.'),
    expectedReads: count('Within the horizon.'),
    expectedWrites: count('Within the horizon.'),
    sizeBytes: bytes('Of its row.').optional(),
    donor: text('The replica to read it from.').optional(),
    model: text('What the figures come from.'),
    pinned: flag('It is wanted whatever its confidence.').optional(),
  }),
);

/** A key's own traffic. */
export const keySteps = z.strictObject({
  fromMs: timeMs('Where the first step begins.'),
  stepMs: durationMs('The length of a step.'),
  reads: z.array(z.number()),
  writes: z.array(z.number()),
});
