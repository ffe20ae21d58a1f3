import type { TableShape } from '../store/sqlite/table-shape.ts';
import { whyUnfit } from '../sync/fit-to-give.ts';
import { type Check, info, ok, warning } from './check.ts';

/** Whether a donor's table is what the lead's is: else it gives no rows. */
export function definitionCheck(
  shape: TableShape,
  lead: { name: string; shape: TableShape | undefined },
): Check {
  if (!lead.shape)
    return info('definition', `cannot be compared: the table of ${lead.name} could not be looked at`);
  const why = whyUnfit(shape, lead.shape);
  if (why === undefined) return ok('definition', `the table is as at ${lead.name}, the lead`);
  return warning(
    'definition',
    `${why}; this donor gives no rows`,
    `Compare '.schema ${shape.name}' of both in sqlite3. A run does without: the lead gives all rows.`,
  );
}
