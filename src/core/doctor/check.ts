import { type ErrorKind, ForesyncError, messageOf } from '../errors.ts';

/** `info` is neither good nor bad, but worth knowing before a run. */
export type Level = 'ok' | 'info' | 'warning' | 'failure';

/** What a check is about; scripts know it by this. */
export type CheckId =
  | 'config'
  | 'state'
  | 'plan'
  | 'ssh'
  | 'system'
  | 'node'
  | 'agent'
  | 'clock'
  | 'store'
  | 'journal'
  | 'table'
  | 'definition'
  | 'surroundings'
  | 'left'
  | 'place'
  | 'room';

/** What was found. Texts may hold names from outside: `printable()` before a terminal. */
export interface Check {
  id: CheckId;
  level: Level;
  /** One sentence or less. */
  text: string;
  /** What to do. */
  hint?: string | undefined;
  /** A command line that does it, at the host that this is about. */
  command?: string;
  /** Of a failure: the error that a run would end with. */
  error?: { kind: ErrorKind; code: string };
}

/** All that was found at one place. */
export interface Report {
  /** `here` is this machine, as the operator's end. */
  role: 'here' | 'lead' | 'donor' | 'joiner';
  /** Undefined for `here`. */
  replica: string | undefined;
  /** `local`, or the destination. */
  host: string;
  checks: Check[];
}

/** A check with where it was made, and of a failure the code of the error that a run would end with. */
export type ListedCheck = Omit<Check, 'error'> & Omit<Report, 'checks'> & { code: string | undefined };

/** All checks in one list for scripts, each with where it was made and the code of its error. */
export function listed(reports: readonly Report[]): ListedCheck[] {
  return reports.flatMap(({ role, replica, host, checks }) =>
    checks.map(({ error, ...check }) => ({ role, replica, host, ...check, code: error?.code })),
  );
}

export function ok(id: CheckId, text: string): Check {
  return { id, level: 'ok', text };
}

export function info(id: CheckId, text: string, hint?: string): Check {
  return { id, level: 'info', text, hint };
}

export function warning(id: CheckId, text: string, hint: string, command?: string): Check {
  return { id, level: 'warning', text, hint, ...(command === undefined ? {} : { command }) };
}

/** What a run would be refused or fail with. */
export function failure(id: CheckId, error: unknown): Check {
  const { kind, code, hint } =
    error instanceof ForesyncError ? error : { kind: 'defect' as const, code: 'defect', hint: undefined };
  return {
    id,
    level: 'failure',
    text: messageOf(error),
    hint: hint ?? usualHints[kind] ?? "Mend that first, then run 'foresync doctor' again.",
    error: { kind, code },
  };
}

const report =
  "It is a defect of foresync's: please report it, with the output of this under FORESYNC_DEBUG=1.";

/** Of errors that give no better advice. */
const usualHints: Partial<Record<ErrorKind, string>> = {
  data: 'Change that at its database, or name another table in foresync.yaml.',
  unreachable: "Look at the host and the way to it, then run 'foresync doctor' again.",
  protocol: report,
  defect: report,
};
