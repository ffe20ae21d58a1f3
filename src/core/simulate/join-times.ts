import { countedRowsPerSecond, roundTrips } from './join-costs.ts';
import type { HotLoad, JoinModel } from './join-model.ts';

/** How long each phase takes; milliseconds. */
export interface PhaseTimes {
  connectMs: number;
  hotMs: number;
  snapshotMs: number;
  deltaMs: number;
  verifyMs: number;
  publishMs: number;
}

/** When a join comes how far, in milliseconds from its start. */
export interface JoinTimes {
  phases: PhaseTimes;
  hotFromMs: number;
  hotReadyMs: number;
  snapshotEndMs: number;
  /** Undefined where writers are faster than the joiner. */
  inSyncMs: number | undefined;
  /** Rows that the Delta Log brings. */
  deltaRows: number;
  /** On the link, by kind. */
  wireBytes: { hot: number; snapshot: number; delta: number };
}

/** As in a run: planned keys that are asked for at once, requests under way, and the keys and raw bytes of a chunk. */
const keysPerBatch = 500;
const requestsUnderWay = 4;
const mostUnderWay = 12;
const requestEveryMs = 20;
const mostChunkBytes = 4 * 1024 * 1024;
const leastChunkBytes = 64 * 1024;
/** Under a limit, what the first chunk is taken to be, until it has come. */
const firstGuessBytes = 256 * 1024;
const deltaKeys = 5000;
const mostRounds = 1000;

/** The phases of a join that sends `hot` ahead, one after the other, as `add-replica` has them. */
export function joinTimes(model: JoinModel, hot: HotLoad): JoinTimes {
  const {
    costs,
    rttMs,
    compression,
    plannedToScanned,
    linkBytesPerSecond,
    limitBytesPerSecond,
    rows,
    rowBytes,
  } = model;
  const onLink = (bytes: number) => bytes / compression;
  const linkMs = (bytes: number) =>
    (1000 * onLink(bytes)) / Math.min(linkBytesPerSecond, limitBytesPerSecond);
  // A limit is paid ahead: the second chunk waits for what the first one is taken to be, and so does the request that finds the table's end.
  const firstMs = (1000 * firstGuessBytes) / limitBytesPerSecond;
  const endMs = (1000 * onLink(chunkBytesAt(limitBytesPerSecond))) / limitBytesPerSecond;
  const connectMs = costs.connectMs + roundTrips.connect * rttMs;
  const hotMs = hot.rows > 0 ? firstMs + hotTime(model, hot, linkMs(hot.bytes * plannedToScanned)) : 0;
  const hotReadyMs = connectMs + hotMs;

  const left = { rows: Math.max(0, rows - hot.rows), bytes: snapshotBytes(model, hot) };
  const paidAheadMs = Number.isFinite(limitBytesPerSecond) ? endMs + (hot.rows > 0 ? 0 : firstMs) : 0;
  const snapshotMs = paidAheadMs + snapshotTime(model, left, linkMs(left.bytes));
  const snapshotEndMs = hotReadyMs + snapshotMs;

  const rounds = (overMs: number) => catchUp(model, overMs, (keys) => linkMs(keys * rowBytes));
  const delta = rounds(snapshotEndMs - connectMs);
  const isQuiet = delta.rows === 0;
  const compareMs =
    roundTrips.verify * rttMs + (1000 * rows) / (isQuiet ? countedRowsPerSecond : costs.verifyRowsPerSecond);
  const recheck = isQuiet ? delta : rounds(compareMs);
  const verifyMs = compareMs + (isQuiet ? 0 : recheck.ms);
  const publishMs = costs.publishMs + roundTrips.publish * rttMs;
  const deltaRows = delta.rows + (isQuiet ? 0 : recheck.rows);
  return {
    phases: { connectMs, hotMs, snapshotMs, deltaMs: delta.ms, verifyMs, publishMs },
    hotFromMs: connectMs,
    hotReadyMs,
    snapshotEndMs,
    inSyncMs: delta.ends && recheck.ends ? snapshotEndMs + delta.ms + verifyMs + publishMs : undefined,
    deltaRows,
    wireBytes: {
      hot: onLink(hot.bytes * plannedToScanned),
      snapshot: onLink(left.bytes),
      delta: onLink(deltaRows * rowBytes),
    },
  };
}

/** When the planned row arrives behind which so much of the hot rows has gone: whole batches arrive at once. */
export function hotArrivalMs(times: JoinTimes, hot: HotLoad, rowsUpToIt: number): number {
  const { hotFromMs, hotReadyMs } = times;
  const inBatches = Math.min(hot.rows, Math.ceil(rowsUpToIt / keysPerBatch) * keysPerBatch);
  return hotFromMs + (hotReadyMs - hotFromMs) * (inBatches / hot.rows);
}

/** When the snapshot brings the row that stands at that share of the table, in the order of the scan. */
export function snapshotArrivalMs({ hotReadyMs, snapshotEndMs }: JoinTimes, scanPlace: number): number {
  return hotReadyMs + (snapshotEndMs - hotReadyMs) * scanPlace;
}

/** What the snapshot brings. Planned rows are left out of it; where they are larger than others, less is left. */
function snapshotBytes({ rows, rowBytes }: JoinModel, hot: HotLoad): number {
  return Math.max(0, rows * rowBytes - hot.bytes);
}

/** Of rows, before they are packed: about a second's worth under a limit. */
function chunkBytesAt(limitBytesPerSecond: number): number {
  return Math.min(mostChunkBytes, Math.max(leastChunkBytes, limitBytesPerSecond));
}

/** A batch is under way for as long as its rows take on the link and at the hosts, and the round trip besides. */
function hotTime({ costs, rttMs, donors }: JoinModel, hot: HotLoad, linkMs: number): number {
  const batches = Math.ceil(hot.rows / keysPerBatch);
  const hostMs = (1000 * hot.rows) / costs.hotRowsPerSecond;
  const underWayMs = batches * rttMs + linkMs + hostMs;
  return rttMs + Math.max(linkMs, hostMs / donors, underWayMs / requestsUnderWay / donors);
}

/** The first chunk is read before any is on the link, and the last one is written when none is any more. */
function snapshotTime(
  { costs, rttMs, limitBytesPerSecond }: JoinModel,
  left: HotLoad,
  linkMs: number,
): number {
  if (left.rows === 0) return rttMs;
  const underWay = Math.min(mostUnderWay, requestsUnderWay + Math.round(rttMs / requestEveryMs));
  const chunks = Math.max(1, Math.ceil(left.bytes / chunkBytesAt(limitBytesPerSecond)));
  const hostMs = (1000 * left.rows) / costs.snapshotRowsPerSecond;
  return rttMs + Math.max(linkMs + hostMs / chunks, hostMs, (chunks * rttMs) / underWay);
}

/**
 * Rounds of the Delta Log until one holds all that was changed while the round before it was under way. Keys that are written
 * within a round are taken to be as many as within any other time of its length.
 */
function catchUp(
  { costs, rttMs, changedWithin }: JoinModel,
  overMs: number,
  linkMs: (keys: number) => number,
): { ms: number; rows: number; ends: boolean } {
  let ms = 0;
  let rows = 0;
  let lastMs = overMs;
  for (let round = 0; round < mostRounds; round++) {
    const keys = changedWithin(lastMs);
    const chunks = Math.max(1, Math.ceil(keys / deltaKeys));
    lastMs = Math.max((1000 * keys) / costs.deltaRowsPerSecond, linkMs(keys)) + chunks * rttMs;
    ms += lastMs;
    rows += keys;
    if (chunks === 1) return { ms, rows, ends: true };
    if (!Number.isFinite(ms)) break;
  }
  return { ms, rows, ends: false };
}
