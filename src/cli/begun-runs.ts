import type { StateFile } from '../core/state/open.ts';
import { listRuns, type RunChoice, type StoredRun } from '../core/state/runs.ts';
import { readStandings } from './run-standings.ts';

/** Runs that began, newest first; of the newest `tries` did not, and have no figures. */
export function begunRuns(
  state: StateFile,
  choice: RunChoice & { limit: number },
): { runs: StoredRun[]; tries: number } {
  const tries = new Set(readStandings(state).flatMap(({ wasRefused, id }) => (wasRefused ? [id] : [])));
  const runs = listRuns(state, { ...choice, limit: choice.limit + tries.size });
  return { runs: runs.filter(({ id }) => !tries.has(id)).slice(0, choice.limit), tries: tries.size };
}
