import { type ErrorKind, ForesyncError, messageOf } from '../errors.ts';
import type { Problem } from './protocol.ts';

/** What an agent may say of a failure: the other kinds are about the command line, and scripts act on them. */
const agentKinds: readonly ErrorKind[] = [
  ...(['data', 'unreachable', 'defect', 'exists', 'io', 'stopped'] as const),
  ...(['protocol', 'permission', 'config', 'verification'] as const),
];

/** An error as it is sent; what was not thrown on purpose is a defect. */
export function problemOf(error: unknown): Problem {
  if (!(error instanceof ForesyncError))
    return { kind: 'defect', code: 'agent-defect', message: messageOf(error) };
  const { kind, code, message, hint } = error;
  return { kind, code, message, ...(hint === undefined ? {} : { hint }) };
}

/** A problem that arrived, as an error. */
export function errorOf({ kind, code, message, hint }: Problem): ForesyncError {
  const known = agentKinds.find((one) => one === kind) ?? 'protocol';
  return new ForesyncError(known, code, message, hint === undefined ? {} : { hint });
}
