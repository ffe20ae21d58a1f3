import type { PhaseName, RowKind } from '../../core/sync/events.ts';
import type { RowCount, RunSnapshot } from '../../core/sync/snapshot.ts';
import { formatByteRate, formatBytes, formatCounted, formatDuration, formatEtaRange } from '../format.ts';
import type { ShownState } from '../theme.ts';

export type RunPhase = RunSnapshot['phases'][number];

/** What a phase is called on a screen. */
export const phaseLabels: Readonly<Record<PhaseName, string>> = {
  connect: 'connect',
  capture: 'capture',
  cache: 'cache',
  hot: 'hot rows',
  snapshot: 'snapshot',
  delta: 'delta',
  verify: 'verify',
  publish: 'publish',
  follow: 'follow',
  cleanup: 'clean up',
};

const phaseKinds: Partial<Record<PhaseName, RowKind>> = {
  cache: 'cache',
  hot: 'hot',
  snapshot: 'snapshot',
  delta: 'delta',
};

/** The state as it is shown; the phase in which a run was stopped says so. */
export function shownState(phase: RunPhase, run: RunSnapshot): ShownState {
  return phase.state === 'running' && run.outcome === 'stopped' ? 'stopped' : phase.state;
}

/** From its start to its end, or to now, over all tries of the run; undefined if it never ran. */
export function phaseMs(
  { startedAtMs, endedAtMs, earlierMs = 0 }: RunPhase,
  { atMs }: RunSnapshot,
): number | undefined {
  return startedAtMs === undefined ? undefined : earlierMs + (endedAtMs ?? atMs) - startedAtMs;
}

/** The phase that runs, or ran when the run ended; the later one where two overlap. */
export function currentPhase(run: RunSnapshot): RunPhase | undefined {
  return (
    run.phases.findLast(({ state }) => state === 'running') ??
    run.phases.findLast(({ state }) => state === 'failed')
  );
}

/** The rows that a phase moved; undefined for a phase that moves none. */
export function phaseRows(name: PhaseName, run: RunSnapshot): RowCount | undefined {
  const kind = phaseKinds[name];
  return kind && run.byKind[kind];
}

/** How far a followed joiner is behind: `0.4 s behind`, `12 s behind, 3,000 keys waiting`. */
export function lagWords({ lagMs, keysWaiting }: NonNullable<RunSnapshot['follow']>): string {
  const behind = `${formatDuration(lagMs)} behind`;
  return keysWaiting > 0 ? `${behind}, ${formatCounted(keysWaiting, 'key')} waiting` : behind;
}

/** `500 KiB/s`: what a run is held to, and by what where that is not its operator. */
export function limitWords({ bytesPerSecond, setBy }: NonNullable<RunSnapshot['limit']>): string {
  return `${formatByteRate(bytesPerSecond)}${setBy === 'donor' ? ' (donor latency)' : ''}`;
}

/**
 * `40 to 55 s`, `4 min`: between which times the current phase ends, as far as that can be told; coarse, as it is no better known. Undefined
 * while there is no ground for it.
 */
export function etaWords({ etaRange }: RunSnapshot): string | undefined {
  return etaRange && formatEtaRange(etaRange.leastMs, etaRange.mostMs);
}

/** All rows that arrived, of every kind. */
export function totalRows(run: RunSnapshot): RowCount {
  const total: RowCount = { rows: 0, rawBytes: 0, wireBytes: 0 };
  for (const count of Object.values(run.byKind)) {
    total.rows += count.rows;
    total.rawBytes += count.rawBytes;
    total.wireBytes += count.wireBytes;
  }
  return total;
}

/**
 * The share of reads that is expected to find its row at the joiner by now; undefined without a plan, or where the rows stay at their donors. Reads that
 * the plan does not foresee are taken to fall evenly on the rows that the snapshot brings.
 */
export function hitRateNow(run: RunSnapshot): number | undefined {
  const { plan, command, inSyncAtMs } = run;
  if (!plan || command === 'prefetch') return undefined;
  const snapshot = run.phases.find(({ name }) => name === 'snapshot');
  const rest = snapshot?.state === 'done' || inSyncAtMs !== undefined ? 1 : (snapshot?.share ?? 0);
  const planned = plan.expectedHitRate * readsShare(plan);
  return Math.min(1, planned + (1 - planned) * rest);
}

/** Sums of thousands of reads in different orders differ in their last digits; what is so near to all is all. */
const asGoodAsAll = 0.9995;

/** Expected reads that what has arrived can serve, as a share of all that the plan expects of its keys. */
export function readsShare({ arrivedReads, expectedReads }: NonNullable<RunSnapshot['plan']>): number {
  const share = expectedReads > 0 ? arrivedReads / expectedReads : 0;
  return share >= asGoodAsAll ? 1 : share;
}

/** `325 KiB (2.0 MiB uncompressed)`: what rows take where they are kept compressed, and what they are. */
export function storedSize({ wireBytes, rawBytes }: RowCount): string {
  return `${formatBytes(wireBytes)} (${formatBytes(rawBytes)} uncompressed)`;
}
