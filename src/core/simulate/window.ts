import { ForesyncError } from '../errors.ts';
import { formatInstant } from '../format.ts';
import type { HistorySummary } from '../history/access-history.ts';

/** The time that is replayed: (origin, until]. */
export interface ReplayWindow {
  originMs: number;
  untilMs: number;
}

/**
 * From where the join is to begin, for as long as is looked ahead or as there are accesses. Without an origin, so that the history's last
 * part of that length is replayed, its second half at most. Throws `history-empty`, `origin-before-history` and `nothing-to-replay` (kind `data`).
 */
export function replayWindow(
  { firstMs, lastMs }: Pick<HistorySummary, 'firstMs' | 'lastMs'>,
  { atMs, horizonMs }: { atMs: number | undefined; horizonMs: number },
): ReplayWindow {
  if (firstMs === undefined || lastMs === undefined) {
    throw new ForesyncError('data', 'history-empty', 'There are no accesses to replay.', {
      hint: "Read access logs first with 'foresync analyze LOG...', or name them with --log.",
    });
  }
  const originMs = atMs ?? Math.max(lastMs - horizonMs, Math.round((firstMs + lastMs) / 2));
  const span = `There are accesses from ${formatInstant(firstMs)} to ${formatInstant(lastMs)}.`;
  if (originMs <= firstMs)
    throw new ForesyncError(
      'data',
      'origin-before-history',
      `Nothing is known before ${formatInstant(originMs)}.`,
      {
        hint: `${span} Say with --at where the join begins.`,
      },
    );
  if (originMs >= lastMs)
    throw new ForesyncError('data', 'nothing-to-replay', `No access came after ${formatInstant(originMs)}.`, {
      hint: `${span} Name a log of a later time with --log, or say an earlier --at.`,
    });
  return { originMs, untilMs: Math.min(originMs + horizonMs, lastMs) };
}
