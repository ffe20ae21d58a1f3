import { openStateToRead } from '../core/state/open.ts';
import { readRunControl } from '../core/state/run-controls.ts';
import type { Emit } from '../core/sync/events.ts';
import type { Pace } from '../core/sync/pace.ts';
import { formatByteRate } from '../ui/format.ts';

const lookEveryMs = 500;

/** Keeps a run to what `foresync throttle` says of it, and tells of each change, until the function that it gives is called. */
export function followControl(stateFile: string, runId: string, pace: Pace, emit: Emit): () => void {
  const db = openStateToRead(stateFile);
  const timer = setInterval(() => {
    const wanted = readRunControl(db, runId);
    if (!wanted || wanted.bytesPerSecond === pace.operatorsLimit) return;
    pace.limitTo(wanted.bytesPerSecond);
    emit({ type: 'limit', limit: pace.limit });
    emit({ type: 'note', level: 'info', text: limitText(wanted.bytesPerSecond) });
  }, lookEveryMs);
  timer.unref();
  return () => {
    clearInterval(timer);
    db.close();
  };
}

function limitText(bytesPerSecond: number | undefined): string {
  return bytesPerSecond === undefined
    ? 'Sends without a limit now.'
    : `Sends no more than ${formatByteRate(bytesPerSecond)} now.`;
}
