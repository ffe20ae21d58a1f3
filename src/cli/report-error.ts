import { systemClock } from '../core/clock.ts';
import {
  type ErrorKind,
  exitCodes,
  ForesyncError,
  messageOf,
  refusalOf,
  systemCodeOf,
} from '../core/errors.ts';
import { jsonLine, type ToldError } from '../ui/json-lines.ts';
import { errorLines } from './error-lines.ts';
import { isOclifError, oneLineOf, unwrapped } from './oclif-error.ts';
import { type UsedCommand, usageWords } from './usage-words.ts';

/** Where an error is told. */
export interface ErrorOutput {
  /** As the one object on standard output. */
  json: boolean;
  /** As a line of JSON on standard error, which has no others. */
  jsonLines: boolean;
  log(value: unknown): void;
  command?: UsedCommand;
}

/**
 * Prints an error once, for people on standard error or as one JSON object on standard output, and sets the exit code.
 * What foresync did not throw on purpose is a defect and says so, with its stack under FORESYNC_DEBUG.
 */
export function reportError(thrown: unknown, output: ErrorOutput): void {
  const error = describe(thrown, output.command);
  const { code, message, hint, exitCode } = error;
  process.exitCode = exitCode;
  // `this.exit()` in a command, oclif's way to leave early.
  if (code === 'EEXIT') return;
  const stack = process.env.FORESYNC_DEBUG && thrown instanceof Error ? thrown.stack : undefined;
  if (output.json) output.log({ error });
  if (output.jsonLines) {
    const line = { type: 'error', atMs: systemClock.nowMs(), error, ...(stack ? { stack } : {}) } as const;
    process.stderr.write(jsonLine(line));
    return;
  }
  if (!output.json) {
    for (const line of errorLines(message, hint)) process.stderr.write(`${line}\n`);
  }
  if (stack) process.stderr.write(`${stack}\n`);
}

function describe(thrown: unknown, command: UsedCommand | undefined): ToldError {
  if (thrown instanceof ForesyncError) {
    const { code, hint, exitCode } = thrown;
    return { code, message: unwrapped(thrown.message), hint, exitCode };
  }
  if (isOclifError(thrown)) {
    if (thrown.code === 'EEXIT')
      return { code: 'EEXIT', message: '', hint: undefined, exitCode: thrown.oclif.exit };
    const { exit } = thrown.oclif;
    const kind = Object.entries(exitCodes).find(([, code]) => code === exit)?.[0];
    // Another code, such as 1, is what oclif gives to failures of its own.
    if (kind === 'usage') return { code: kind, ...usageWords(thrown, command ?? noCommand), exitCode: exit };
    if (kind) return { code: kind, message: oneLineOf(thrown), hint: undefined, exitCode: exit };
  }
  const message = messageOf(thrown);
  if ((thrown as { name?: string } | undefined)?.name === 'AbortError') {
    return { code: 'interrupted', message: 'Interrupted.', hint: undefined, exitCode: exitCodes.interrupted };
  }
  const systemCode = systemCodeOf(thrown) ?? '';
  const kind = systemKinds[systemCode];
  if (kind) {
    const { path } = thrown as { path?: unknown };
    const where = typeof path === 'string' ? ` at ${path}` : '';
    const refused = `The system refused${where}: ${refusalOf(thrown)}.`;
    return { code: systemCode, message: refused, hint: undefined, exitCode: exitCodes[kind] };
  }
  return {
    code: 'defect',
    message: `This is a defect of foresync's: ${message}`,
    hint: 'Please report it, with the output of the same command under FORESYNC_DEBUG=1.',
    exitCode: exitCodes.defect,
  };
}

/** Before a command is found there is only the program. */
const noCommand: UsedCommand = { line: 'foresync', flags: new Map() };

/** Failures that come from the machine, wherever they surface: a full disk is no defect of foresync's. */
const systemKinds: Record<string, ErrorKind> = {
  ENOSPC: 'io',
  EDQUOT: 'io',
  EIO: 'io',
  EROFS: 'io',
  EMFILE: 'io',
  ENFILE: 'io',
  EACCES: 'permission',
  EPERM: 'permission',
};
