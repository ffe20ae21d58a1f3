import { z } from 'zod';
import type { Check, CheckId, Level, Report } from '../../core/doctor/check.ts';
import { type ErrorKind, exitCodes } from '../../core/errors.ts';
import { phaseNames } from '../../core/sync/events.ts';
import { declaredAs } from './declared-as.ts';
import { count, flag, text } from './figures.ts';

const ids = [
  ...([
    'config',
    'state',
    'plan',
    'ssh',
    'system',
    'node',
    'agent',
    'clock',
    'store',
    'journal',
    'table',
  ] as const),
  ...(['definition', 'surroundings', 'left', 'place', 'room'] as const),
] satisfies CheckId[];
const levels = ['ok', 'info', 'warning', 'failure'] as const satisfies Level[];

const where = {
  role: z.enum(['here', 'lead', 'donor', 'joiner']),
  replica: text('Its name; absent for this machine.').optional(),
  host: text('local, or the destination.'),
};

const found = {
  id: z.enum(ids).describe('What the check is about.'),
  level: z.enum(levels),
  text: text('What was found.'),
  hint: text('What to do.').optional(),
  command: text('A command line that does it, at that host.').optional(),
};

const flatCheck = z.strictObject({
  ...where,
  ...found,
  code: text('Of a failure: the code of the error that a run would end with.').optional(),
});

/** What was found at one place, as a line of progress tells it. */
export const report = declaredAs<Report>()(
  z.strictObject({
    ...where,
    checks: z.array(
      declaredAs<Check>()(
        z.strictObject({
          ...found,
          error: z
            .strictObject({
              kind: z.enum(Object.keys(exitCodes) as [ErrorKind, ...ErrorKind[]]),
              code: text('Its code.'),
            })
            .describe('Of a failure: the error that a run would end with.')
            .optional(),
        }),
      ),
    ),
  }),
);

const verdict = {
  ready: flag('Nothing failed.'),
  failures: count('Checks that failed.'),
  warnings: count('Checks that warn.'),
  exitCode: count('0, or that of the first failure.'),
  checks: z.array(flatCheck),
};

export const doctorJson = z.strictObject(verdict);
export type DoctorJson = z.infer<typeof doctorJson>;

/** What `--dry-run` of a run says. */
export const foretoldJson = z.strictObject({
  dryRun: z.literal(true),
  steps: z
    .array(z.strictObject({ step: z.enum(phaseNames), text: text('What would happen, one sentence.') }))
    .describe('In their order; empty where the run would be refused.'),
  ...verdict,
});
export type ForetoldJson = z.infer<typeof foretoldJson>;
