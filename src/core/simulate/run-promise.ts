import type { RunFigures } from '../metrics/run-figures.ts';
import { measuredCosts } from './join-costs.ts';
import type { HotLoad, JoinModel } from './join-model.ts';
import { joinTimes } from './join-times.ts';
import { usualCompression, usualPlannedToScanned } from './table-figures.ts';

/** What is known of a run when it is about to read the first row. */
export interface RunAhead {
  /** From its start until now. */
  elapsedMs: number;
  tableRows: number;
  tableBytes: number;
  /** Undefined without a plan. */
  plannedKeys: number | undefined;
  limitBytesPerSecond: number | undefined;
  /** Who gives planned rows. */
  donors: number;
}

export interface Promised {
  hotReady?: { leastMs: number; mostMs: number };
  inSync: { leastMs: number; mostMs: number };
  from: 'runs' | 'measured';
  runs: number;
}

/** When a run comes how far, from its start. */
interface Moments {
  hotReadyMs: number;
  inSyncMs: number;
}

const mostRuns = 10;

/** How far from what it is reckoned by a run may end up: the more that is known, the less. */
const margins = {
  /** Two runs and more have shown how much they differ. */
  severalRuns: { least: 0.8, most: 1.3 },
  oneRun: { least: 0.7, most: 1.6 },
  /** Other machines than ours, and a link that nobody knows. */
  measured: { least: 0.5, most: 4 },
} as const;

/**
 * When hot-ready and in sync are to come, as ranges from the run's start: by the rates of earlier runs of the same table, newest first, or by foresync's measured costs where
 * there is none to go by. Runs that went on with what was there, and those under a limit that does not hold now, tell nothing.
 */
export function promiseOf(earlier: readonly RunFigures[], ahead: RunAhead): Promised {
  const told = earlier.filter((run) => tells(run, ahead)).slice(0, mostRuns);
  const isMeasured = told.length === 0;
  const moments = isMeasured ? [byCosts(ahead)] : told.map((run) => byRun(run, ahead));
  const margin = isMeasured ? margins.measured : told.length === 1 ? margins.oneRun : margins.severalRuns;
  const range = (of: keyof Moments) => {
    const comingMs = moments.map((at) => Math.max(0, at[of] - ahead.elapsedMs));
    return {
      leastMs: Math.round(ahead.elapsedMs + Math.min(...comingMs) * margin.least),
      mostMs: Math.round(ahead.elapsedMs + Math.max(...comingMs) * margin.most),
    };
  };
  return {
    ...(ahead.plannedKeys === undefined ? {} : { hotReady: range('hotReadyMs') }),
    inSync: range('inSyncMs'),
    from: isMeasured ? 'measured' : 'runs',
    runs: told.length,
  };
}

function tells(
  { inSyncMs, resumed, moved, tableRows, limitBytesPerSecond, plan }: RunFigures,
  ahead: RunAhead,
): boolean {
  if (inSyncMs === undefined || resumed || !tableRows || moved.snapshot.rows === 0) return false;
  if (limitBytesPerSecond !== undefined && limitBytesPerSecond !== ahead.limitBytesPerSecond) return false;
  return ahead.plannedKeys === undefined || (plan !== undefined && moved.hot.rows > 0);
}

function byRun({ phases, moved, tableRows = 1 }: RunFigures, ahead: RunAhead): Moments {
  const took = (...names: string[]) =>
    phases.reduce((sum, { name, ms }) => (names.includes(name) ? sum + ms : sum), 0);
  const planned = ahead.plannedKeys ?? 0;
  const left = Math.max(0, ahead.tableRows - planned);
  const { hot, snapshot } = moved;
  const limitMs = (bytes: number) =>
    ahead.limitBytesPerSecond === undefined ? 0 : (1000 * bytes) / ahead.limitBytesPerSecond;
  const hotMs =
    planned === 0 || hot.rows === 0
      ? 0
      : Math.max((took('hot') / hot.rows) * planned, limitMs((hot.wireBytes / hot.rows) * planned));
  const snapshotMs = Math.max(
    (took('snapshot') / snapshot.rows) * left,
    limitMs((snapshot.wireBytes / snapshot.rows) * left),
  );
  const restMs = took('delta', 'verify', 'publish') * (ahead.tableRows / tableRows);
  const hotReadyMs = ahead.elapsedMs + hotMs;
  return { hotReadyMs, inSyncMs: hotReadyMs + snapshotMs + restMs };
}

function byCosts(ahead: RunAhead): Moments {
  const rows = Math.max(1, ahead.tableRows);
  const rowBytes = Math.max(1, ahead.tableBytes / rows);
  const model: JoinModel = {
    rows,
    rowBytes,
    compression: usualCompression,
    plannedToScanned: usualPlannedToScanned,
    linkBytesPerSecond: Number.POSITIVE_INFINITY,
    limitBytesPerSecond: ahead.limitBytesPerSecond ?? Number.POSITIVE_INFINITY,
    rttMs: 0,
    donors: ahead.donors,
    costs: { ...measuredCosts(rowBytes), connectMs: ahead.elapsedMs },
    changedWithin: () => 0,
  };
  const planned = ahead.plannedKeys ?? 0;
  const hot: HotLoad = { rows: planned, bytes: planned * rowBytes };
  const { hotReadyMs, inSyncMs = hotReadyMs } = joinTimes(model, hot);
  return { hotReadyMs, inSyncMs };
}
