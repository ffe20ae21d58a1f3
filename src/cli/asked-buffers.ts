import { ForesyncError } from '../core/errors.ts';
import type { RunFigures } from '../core/metrics/run-figures.ts';
import type { StateFile } from '../core/state/open.ts';
import { readRunRequest } from '../core/state/run-progress.ts';
import type { StoredRun } from '../core/state/runs.ts';
import { type BufferHits, bufferHitsSince } from '../core/sync/postgres/buffer-hits.ts';
import { joinerOf, storedRequest } from '../core/sync/run-request.ts';

/** What the joiner's server says of its buffers today, or why it says nothing; neither of a run at SQLite, or one that did not come to its end. */
export interface AskedBuffers {
  buffers?: BufferHits | undefined;
  why?: ForesyncError;
}

export async function askBuffers(
  state: StateFile,
  run: StoredRun,
  figures: RunFigures | undefined,
  signal: AbortSignal,
): Promise<AskedBuffers> {
  const request = storedRequest(readRunRequest(state, run.id));
  if (!figures?.buffers || request?.command !== 'add-replica') return {};
  try {
    const asked = { joiner: joinerOf(request), table: run.table, signal };
    return { buffers: await bufferHitsSince(figures.buffers, asked) };
  } catch (error) {
    signal.throwIfAborted();
    if (!(error instanceof ForesyncError)) throw error;
    return { why: error };
  }
}
