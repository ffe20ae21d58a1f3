import { brushFor } from '../metrics-paint.ts';

/**
 * What is said where the process ends before the run has come to a safe point, if it had begun anything; `wayOn` is the command that goes on
 * with it.
 */
export function endedAtOnceLines(
  hasBegun: boolean,
  wayOn: string | undefined,
  { argv, env }: { argv: readonly string[]; env: NodeJS.ProcessEnv } = process,
): string[] {
  const { symbols, next } = brushFor(argv, env, 'stderr');
  if (!hasBegun) return [`${symbols.failed} Interrupted before anything had begun.`];
  const lines = [`${symbols.failed} Ended at once, not at a safe point.`];
  if (wayOn !== undefined)
    lines.push(
      `  ${next} ${wayOn} goes on from the joiner's last checkpoint; 'foresync status' tells what was left.`,
    );
  return lines;
}
