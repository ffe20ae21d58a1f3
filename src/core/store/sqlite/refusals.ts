import { ForesyncError, messageOf } from '../../errors.ts';
import { printable } from '../../text.ts';

/** The Delta Log cannot be relied on any more: what the joiner has must be copied anew. */
export function logBroken(shape: { name: string }, reason: string | undefined): ForesyncError {
  const why =
    reason === 'budget'
      ? 'outgrew its budget and was switched off'
      : reason === 'lease'
        ? 'outlived its lease and was switched off'
        : reason === 'altered'
          ? 'began before the table was altered'
          : reason === 'other-form'
            ? 'is not of the form that this foresync gives it'
            : 'is gone';
  return new ForesyncError('stopped', 'log-broken', `The Delta Log of ${printable(shape.name)} ${why}.`, {
    hint:
      reason === 'budget'
        ? 'Run the same command again, with a larger --delta-budget: it starts the copy anew.'
        : 'Run the same command again: it starts the copy anew.',
  });
}

/** The log has not, or no longer, what lies between the joiner's place in it and its end. */
export function logGap(shape: { name: string }): ForesyncError {
  return new ForesyncError(
    'stopped',
    'log-broken',
    `The Delta Log of ${printable(shape.name)} does not go on from where the joiner is: another run has used it, or the donor's file is an older one.`,
    { hint: 'Run the same command again: it starts the copy anew.' },
  );
}

/** The donor's file is not the one any more that the run began with. */
export function storeReplaced(shape: { name: string }): ForesyncError {
  return new ForesyncError(
    'data',
    'store-replaced',
    `The file of ${printable(shape.name)} was replaced by another at the lead donor during the run.`,
    { hint: 'Run the same command again: it copies the file that is there now.' },
  );
}

/** The table's definition changed while it was copied. */
export function tableAltered(shape: { name: string }): ForesyncError {
  return new ForesyncError(
    'data',
    'table-altered',
    `The table ${printable(shape.name)} was altered at the lead donor during the run.`,
    {
      hint: 'Run the same command again: it starts the copy anew, with the new definition.',
    },
  );
}

/** The table is gone from the lead donor, and with it what the copy was of. */
export function tableDropped(shape: { name: string }): ForesyncError {
  return new ForesyncError(
    'data',
    'table-dropped',
    `The table ${printable(shape.name)} was dropped while it was followed.`,
    { hint: 'What foresync had of it is gone as well. Name another table in foresync.yaml.' },
  );
}

/** SQLite took the definition once, and does not any more: such as a double-quoted text as a DEFAULT. */
export function notRecreatable(shape: { name: string }, cause: unknown): ForesyncError {
  return new ForesyncError(
    'data',
    'table-not-recreatable',
    `The definition of ${printable(shape.name)} cannot be used for a new table: ${reasonOf(cause)}.`,
    { hint: 'Mend the definition at the lead donor, or copy the file by other means.', cause },
  );
}

/** Capture's triggers do not fit this table; nothing of them stays. */
export function notCapturable(shape: { name: string }, cause: unknown): ForesyncError {
  return new ForesyncError(
    'data',
    'table-not-capturable',
    `Changes of ${printable(shape.name)} cannot be followed: ${reasonOf(cause)}.`,
    { hint: 'An index or a default of its definition is in the way, such as text in double quotes.', cause },
  );
}

function reasonOf(cause: unknown): string {
  return messageOf(cause).replace(/[.?!]+$/, '');
}
