/** Below this a run would hardly move. */
export const leastBytesPerSecond = 64 * 1024;
const slower = 0.5;
const faster = 1.25;
/** Over so many times what is really sent, a limit does not bind any more. */
const idle = 4;

/**
 * The limit for the next second, from how long a write at the donor took against how long it may take: half of what was sent where it took too
 * long, a quarter more where it did not, none where the limit has not bound for long (additive increase would take minutes on a
 * fast link; the multiplicative one finds back from the least to 100 MB/s in half a minute).
 */
export function nextLimit(
  { writeMs, maxWriteMs }: { writeMs: number; maxWriteMs: number },
  limit: number | undefined,
  sentPerSecond: number,
): number | undefined {
  if (writeMs > maxWriteMs) {
    const now = Math.min(limit ?? Number.POSITIVE_INFINITY, Math.max(sentPerSecond, leastBytesPerSecond));
    return Math.max(leastBytesPerSecond, now * slower);
  }
  if (limit === undefined || limit > idle * Math.max(sentPerSecond, leastBytesPerSecond)) return undefined;
  return limit * faster;
}
