import { existsSync } from 'node:fs';
import { livenessOf } from '../core/agent/process-identity.ts';
import { systemClock } from '../core/clock.ts';
import { openState, type StateFile } from '../core/state/open.ts';
import { listJournal } from '../core/state/run-progress.ts';
import { readRun } from '../core/state/runs.ts';
import { type RunStanding, standingsOf } from '../core/sync/run-standing.ts';
import { printable } from '../core/text.ts';
import { usageError } from './base-command.ts';

/** Older runs than so many matter to nobody who asks what runs or was left. */
const lookedAt = 500;

/** Opens the state file to look for runs; one that is not there is not made. The caller closes it. */
export function openJournal(file: string): StateFile {
  if (!existsSync(file))
    throw usageError(
      `There is no state file ${printable(file)}, so no run was kept in it.`,
      'Run this where the run was started, or name the state file with --state.',
    );
  return openState(file);
}

/** How the runs of a state file stand now, newest first. */
export function readStandings(state: StateFile): RunStanding[] {
  return standingsOf(listJournal(state, { limit: lookedAt }), { nowMs: systemClock.nowMs(), livenessOf });
}

/** How the run with this id, or whose id begins with it, stands now. Throws what `readRun` does. */
export function readStanding(state: StateFile, id: string): RunStanding {
  const run = readRun(state, id);
  const found = readStandings(state).find((one) => one.id === run.id);
  if (!found)
    throw usageError(`Run '${printable(run.id)}' is too old for this.`, "'foresync metrics' shows it.");
  return found;
}
