import type { RunSnapshot } from '../../core/sync/snapshot.ts';

/** Limits go up and down by powers of two. */
const leastBytesPerSecond = 64 * 1024;
/** Where nothing was sent yet, nobody knows what the link carries. */
const unknownBytesPerSecond = 16 * 1024 * 1024;

type Sent = Pick<RunSnapshot, 'limit' | 'wireBytesPerSecond' | 'rateHistory'>;

/** The next lower limit: below the one in force, or below what is sent now where there is none. Undefined where it is as low as steps go. */
export function slower(run: Sent): number | undefined {
  const { limit } = run;
  if (limit && limit.bytesPerSecond <= leastBytesPerSecond) return undefined;
  const now = limit?.bytesPerSecond ?? (run.wireBytesPerSecond || highest(run) || unknownBytesPerSecond);
  return Math.max(leastBytesPerSecond, powerBelow(now));
}

/** The next higher limit; undefined, which is none, where there is none or the next would bind no more. */
export function faster(run: Sent): number | undefined {
  const { limit } = run;
  if (!limit || limit.bytesPerSecond >= 4 * Math.max(highest(run), leastBytesPerSecond)) return undefined;
  return Math.max(leastBytesPerSecond, 2 * 2 ** Math.floor(Math.log2(limit.bytesPerSecond)));
}

function highest({ rateHistory, wireBytesPerSecond }: Sent): number {
  return Math.max(wireBytesPerSecond, ...rateHistory);
}

function powerBelow(bytesPerSecond: number): number {
  return 2 ** (Math.ceil(Math.log2(bytesPerSecond)) - 1);
}
