import { ForesyncError } from '../../errors.ts';
import { printable } from '../../text.ts';

/** What a server says of a table or a column that is no longer there. */
const gone = new Set(['postgres-42P01', 'postgres-42703', 'postgres-3F000']);

export function tableAltered(table: string, cause?: unknown): ForesyncError {
  const said = cause instanceof Error ? ` ${cause.message}` : '';
  return new ForesyncError(
    'data',
    'table-altered',
    `${printable(table)} was altered at the donor meanwhile.${said}`,
    { hint: 'The same command begins anew with the table as it is now.', cause },
  );
}

/** A read at the lead that fails since its table was altered, or dropped, behind the beginning of a run. */
export function asAltered(error: unknown, lead: string, table: string): unknown {
  const isGone =
    error instanceof ForesyncError && gone.has(error.code) && error.message.startsWith(`${lead}: `);
  return isGone ? tableAltered(table, error) : error;
}
