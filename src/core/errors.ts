/**
 * Exit codes by kind of failure, after sysexits.h where it has one. Scripts rely on them; they only grow.
 */
export const exitCodes = {
  gate: 3,
  usage: 64,
  data: 65,
  unreachable: 69,
  defect: 70,
  exists: 73,
  io: 74,
  stopped: 75,
  protocol: 76,
  permission: 77,
  config: 78,
  verification: 79,
  interrupted: 130,
} as const;

export type ErrorKind = keyof typeof exitCodes;

export interface ErrorDetails {
  /** What the operator can do about it, one sentence. */
  hint?: string;
  cause?: unknown;
}

/**
 * The one error that foresync throws on purpose. `kind` decides the exit code, `code` names the case for scripts
 * (`joiner-has-table`), `message` is one line for people. Thrown deep, printed once at the edge.
 */
export class ForesyncError extends Error {
  readonly kind: ErrorKind;
  readonly code: string;
  readonly hint: string | undefined;

  constructor(kind: ErrorKind, code: string, message: string, details: ErrorDetails = {}) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.name = 'ForesyncError';
    this.kind = kind;
    this.code = code;
    this.hint = details.hint;
  }

  get exitCode(): number {
    return exitCodes[this.kind];
  }
}

/** The message of anything that was thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/**
 * What the system refused with, in its words alone: `no such file or directory` of `ENOENT: no such file or directory, open '/srv/x'`. Whoever
 * tells it names the file. The whole message of all else.
 */
export function refusalOf(error: unknown): string {
  const message = messageOf(error);
  return /^E[A-Z0-9]+: (.*?), [a-z]+(?: '.*')?$/s.exec(message)?.[1] ?? message;
}

/** The errno or SQLite code of anything that was thrown, such as `ENOENT` or `SQLITE_FULL`. */
export function systemCodeOf(error: unknown): string | undefined {
  const code = (error as { code?: unknown } | undefined)?.code;
  return typeof code === 'string' ? code : undefined;
}
