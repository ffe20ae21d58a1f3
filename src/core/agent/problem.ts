import { type ErrorKind, exitCodes, ForesyncError, messageOf } from '../errors.ts';
import type { Problem } from './protocol.ts';

/** An error as it is sent; what was not thrown on purpose is a defect. */
export function problemOf(error: unknown): Problem {
  if (!(error instanceof ForesyncError))
    return { kind: 'defect', code: 'agent-defect', message: messageOf(error) };
  const { kind, code, message, hint } = error;
  return { kind, code, message, ...(hint === undefined ? {} : { hint }) };
}

/** A problem that arrived, as an error. */
export function errorOf({ kind, code, message, hint }: Problem): ForesyncError {
  const known = Object.hasOwn(exitCodes, kind) ? (kind as ErrorKind) : 'defect';
  return new ForesyncError(known, code, message, hint === undefined ? {} : { hint });
}
