import type { RunFigures } from '../metrics/run-figures.ts';
import { changedAtRate } from '../simulate/changed-keys.ts';
import { measuredCosts } from '../simulate/join-costs.ts';
import type { JoinModel } from '../simulate/join-model.ts';

/** Connecting takes no more of a run's time to hot-ready than this share. */
const mostConnecting = 0.5;
const usualPlannedToScanned = 1.5;

/**
 * A model of joins that go as fast as this run went: what slowed it down, link, machines or distance, is in the rows a second that it came to, and
 * its Delta Log and comparison are in those of its snapshot. Undefined for a run that was never in sync, sent no snapshot, or went
 * on with what an earlier one had left, whose time has a pause in it.
 */
export function paceOf(
  { moved, hotReadyMs, inSyncMs, tableRows, resumed }: RunFigures,
  prefetchTimeoutMs: number,
): JoinModel | undefined {
  const { hot, snapshot, delta } = moved;
  if (resumed || inSyncMs === undefined || !tableRows || snapshot.rows === 0) return undefined;
  const rowBytes = Math.max(1, snapshot.rawBytes / snapshot.rows);
  const costs = measuredCosts(rowBytes);
  const connectMs = Math.min(costs.connectMs, mostConnecting * (hotReadyMs ?? inSyncMs));
  // Without hot-ready the timeout has cut the hot rows off.
  const hotEndMs = hotReadyMs ?? (hot.rows > 0 ? connectMs + prefetchTimeoutMs : connectMs);
  const hotMs = Math.max(0, Math.min(hotEndMs, inSyncMs) - connectMs);
  const perSecond = (rows: number, ms: number) => (1000 * rows) / Math.max(1, ms);
  const snapshotRowsPerSecond = perSecond(snapshot.rows, inSyncMs - connectMs - hotMs);
  // Without hot rows of its own, so much slower than the snapshot as they are between machines that nothing holds back.
  const usual = snapshotRowsPerSecond * (costs.hotRowsPerSecond / costs.snapshotRowsPerSecond);
  const wirePerRow = (of: { rows: number; wireBytes: number }) => of.wireBytes / of.rows;
  return {
    rows: tableRows,
    rowBytes,
    compression: snapshot.wireBytes > 0 ? snapshot.rawBytes / snapshot.wireBytes : 1,
    plannedToScanned: hot.rows > 0 ? wirePerRow(hot) / wirePerRow(snapshot) : usualPlannedToScanned,
    linkBytesPerSecond: Number.POSITIVE_INFINITY,
    limitBytesPerSecond: Number.POSITIVE_INFINITY,
    rttMs: 0,
    donors: 1,
    costs: {
      connectMs,
      hotRowsPerSecond: hot.rows > 0 && hotMs > 0 ? perSecond(hot.rows, hotMs) : usual,
      snapshotRowsPerSecond,
      deltaRowsPerSecond: Number.POSITIVE_INFINITY,
      verifyRowsPerSecond: Number.POSITIVE_INFINITY,
      publishMs: 0,
    },
    changedWithin: changedAtRate(perSecond(delta.rows, inSyncMs), tableRows),
  };
}
