import type { RunSnapshot } from '../../src/core/sync/snapshot.ts';
import type { AnsweredRead, TimedRead } from './trace-readers.ts';

/** A real run, in milliseconds from its command's start. */
export interface RunTimes {
  hotFromMs: number;
  /** Undefined without a plan. */
  hotReadyMs: number | undefined;
  snapshotFromMs: number;
  snapshotEndMs: number;
  inSyncMs: number;
}

/** As in a run: so many planned rows arrive at once. */
const keysPerBatch = 500;

export function timesOf(run: RunSnapshot, startedAtMs: number): RunTimes {
  const phase = (name: string) => run.phases.find((one) => one.name === name);
  const from = (atMs: number | undefined) => (atMs ?? Number.NaN) - startedAtMs;
  const snapshot = phase('snapshot');
  return {
    hotFromMs: from(phase('capture')?.endedAtMs),
    hotReadyMs: run.hotReadyAtMs === undefined ? undefined : from(run.hotReadyAtMs),
    snapshotFromMs: from(snapshot?.startedAtMs),
    snapshotEndMs: from(snapshot?.endedAtMs),
    inSyncMs: from(run.inSyncAtMs),
  };
}

/** When each row comes by the plan or the snapshot, which go at a steady pace; nobody's reading changes that. */
export function arrivalOf(
  times: RunTimes,
  { rows, planned }: { rows: number; planned: readonly number[] },
): (row: number) => number {
  const places = new Map(planned.map((row, place) => [row, place]));
  const { hotFromMs, hotReadyMs = hotFromMs, snapshotFromMs, snapshotEndMs } = times;
  return (row) => {
    const place = places.get(row);
    if (place === undefined) return snapshotFromMs + ((snapshotEndMs - snapshotFromMs) * row) / rows;
    const come = Math.min(planned.length, Math.ceil((place + 1) / keysPerBatch) * keysPerBatch);
    return hotFromMs + ((hotReadyMs - hotFromMs) * come) / planned.length;
  };
}

/** What reads until `untilMs` came to. */
export interface Missed {
  reads: number;
  misses: number;
  hitRate: number;
  /** When half, nine tenths and 99 % of the last hundred reads were hits, for the first time; milliseconds from the run's start. */
  halfMs: number | undefined;
  ninetyMs: number | undefined;
  ninetyNineMs: number | undefined;
  course: { stepMs: number; reads: number[]; hits: number[] };
}

const steps = 30;
const readsInARow = 100;

/** The readers' own word; a joiner that is in sync has every row, whether it still serves or not. */
export function missedByReaders(
  reads: readonly TimedRead[],
  answered: readonly AnsweredRead[],
  { inSyncMs, untilMs }: { inSyncMs: number; untilMs: number },
): Missed {
  const hits = new Set(answered.filter(({ outcome }) => outcome === 'hit').map(({ at }) => at));
  return missedBy(reads, untilMs, ({ dueMs }, at) => dueMs >= inSyncMs || hits.has(at));
}

export function missedBy(
  all: readonly TimedRead[],
  untilMs: number,
  isHit: (read: TimedRead, at: number) => boolean,
): Missed {
  const reads = all.filter(({ dueMs }) => dueMs < untilMs);
  const found = reads.map(isHit);
  const stepMs = untilMs / steps;
  const course = { stepMs, reads: zeros(), hits: zeros() };
  reads.forEach(({ dueMs }, i) => {
    const step = Math.min(steps - 1, Math.floor(dueMs / stepMs));
    course.reads[step] = (course.reads[step] ?? 0) + 1;
    if (found[i]) course.hits[step] = (course.hits[step] ?? 0) + 1;
  });
  const hits = found.filter(Boolean).length;
  const from = (share: number) => hitsFrom(reads, found, share);
  return {
    reads: reads.length,
    misses: reads.length - hits,
    hitRate: hits / reads.length,
    halfMs: from(0.5),
    ninetyMs: from(0.9),
    ninetyNineMs: from(0.99),
    course,
  };
}

/** When so many of `readsInARow` were hits for the first time. */
function hitsFrom(reads: readonly TimedRead[], found: readonly boolean[], share: number): number | undefined {
  let hits = 0;
  for (const [at, { dueMs }] of reads.entries()) {
    if (found[at]) hits++;
    if (at >= readsInARow && found[at - readsInARow]) hits--;
    if (at >= readsInARow - 1 && hits >= share * readsInARow) return dueMs;
  }
  return undefined;
}

function zeros(): number[] {
  return new Array<number>(steps).fill(0);
}
