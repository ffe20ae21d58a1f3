import type { TableShape } from '../store/sqlite/table-shape.ts';
import { type Check, info, ok, warning } from './check.ts';

/** Whether a donor's table is what the lead's is: else it gives no rows. */
export function definitionCheck(
  shape: TableShape,
  lead: { name: string; shape: TableShape | undefined },
): Check {
  if (!lead.shape)
    return info('definition', `cannot be compared: the table of ${lead.name} could not be looked at`);
  if (shape.sql !== lead.shape.sql)
    return warning(
      'definition',
      `the table is defined otherwise than at ${lead.name}; this donor gives no rows`,
      `Compare '.schema ${shape.name}' of both in sqlite3. A run does without: the lead gives all rows.`,
    );
  if (shape.encoding !== lead.shape.encoding)
    return warning(
      'definition',
      `keeps text in ${shape.encoding}, ${lead.name} in ${lead.shape.encoding}`,
      'Take this replica out of foresync.yaml for the run.',
    );
  return ok('definition', `the table is defined as at ${lead.name}`);
}
