import { hangingLines } from '../hanging-lines.ts';
import { brushFor } from '../metrics-paint.ts';

/**
 * What is said where the process ends before the run has come to a safe point, if it had begun anything, and the way on; `wayOn` is the command
 * that goes on with it.
 */
export function endedAtOnce(hasBegun: boolean, wayOn: string | undefined): [message: string, hint?: string] {
  if (!hasBegun) return ['Interrupted before anything had begun.'];
  const message = 'Ended at once, not at a safe point.';
  if (wayOn === undefined) return [message];
  return [
    message,
    `'${wayOn}' goes on from the joiner's last checkpoint; 'foresync status' tells what was left.`,
  ];
}

/** The same as lines for a stream. */
export function endedAtOnceLines(
  [message, hint]: [message: string, hint?: string],
  stream: NodeJS.WriteStream,
  { argv, env }: { argv: readonly string[]; env: NodeJS.ProcessEnv } = process,
): string[] {
  const { symbols, next } = brushFor(argv, env, 'stderr');
  return [
    ...hangingLines(message, { sign: symbols.failed, stream }),
    ...(hint === undefined ? [] : hangingLines(hint, { sign: `  ${next}`, stream })),
  ];
}
