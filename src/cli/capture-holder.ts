import type { StateFile } from '../core/state/open.ts';
import type { CaptureHolder } from '../core/sync/capture-lease.ts';
import { isOwnedBy, ownerOf } from '../core/sync/capture-owner.ts';
import { joinerOf } from '../core/sync/run-request.ts';
import type { RunStanding, Standing } from '../core/sync/run-standing.ts';
import { shortId } from '../core/text.ts';
import { nameOf } from '../ui/status-words.ts';
import { sameFiles } from './next-step.ts';
import { readStandings } from './run-standings.ts';

const endings: Partial<Record<Standing, string>> = {
  stopped: 'was stopped',
  failed: 'has failed',
  died: 'has died',
};

/** The run of this journal that lives, or has left something, and whose joiner a capture is for. */
export function captureHolder(
  state: StateFile,
  captureId: string,
  stateFile: string,
): CaptureHolder | undefined {
  const found = readStandings(state).find((run) => run.canAbort && owns(run, captureId));
  if (!found) return undefined;
  const id = shortId(found.id);
  const rest = `${id}${sameFiles({ state: stateFile })}`;
  return {
    run: `Run ${id} (${nameOf(found, 60)})`,
    ended: endings[found.standing],
    status: `foresync status ${rest}`,
    resume: `foresync resume ${rest}`,
    abort: `foresync abort ${rest}`,
  };
}

function owns({ group, request }: RunStanding, captureId: string): boolean {
  return request?.command === 'add-replica' && isOwnedBy(captureId, ownerOf(group, joinerOf(request)));
}
