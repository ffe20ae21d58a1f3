import { z } from 'zod';

/** Numbers by what they are of. Their names tell the unit. */
export const count = (text: string) => z.number().describe(text);
export const share = (text: string) => z.number().describe(`${text} From 0 to 1.`);
export const bytes = (text: string) => z.number().describe(text);
export const durationMs = (text: string) => z.number().describe(`${text} Milliseconds.`);
/** A time as a number. */
export const timeMs = (text: string) => z.number().describe(`${text} Milliseconds since the epoch.`);
/** A time as text. */
export const isoTime = (text: string) => z.string().describe(`${text} ISO 8601, UTC.`);
/** Null where it could not be reckoned. */
export const figureOrNull = (text: string) =>
  z.number().nullable().describe(`${text} Null where it is not known.`);
export const text = (words: string) => z.string().describe(words);
export const flag = (words: string) => z.boolean().describe(words);

/** What a `--fail-under` came to. */
export const gate = z
  .strictObject({
    failUnder: share('What was asked for.'),
    hitRate: share('What was judged; absent where there was nothing to judge.').optional(),
    passed: z.boolean(),
  })
  .describe('With --fail-under.')
  .optional();
