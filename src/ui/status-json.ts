import type { RunStanding } from '../core/sync/run-standing.ts';

/** A run as `status --json` prints it: how it stands, where it is, and its whole snapshot. Times are milliseconds since the epoch. */
export function statusJson(standing: RunStanding): unknown {
  const { process, request: _, isHeld, run, ...rest } = standing;
  const phase = run?.phases.findLast(({ state }) => state === 'running' || state === 'failed');
  return {
    ...rest,
    pid: process?.pid,
    host: process?.host,
    holdsPrefetch: isHeld,
    phase: phase?.name,
    share: phase?.share,
    run,
  };
}
