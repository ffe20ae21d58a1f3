import type { LayoutChoice } from '../access-log/layout.ts';
import type { AccessHistory } from '../history/access-history.ts';
import { KeySample } from './key-sample.ts';
import type { KnownKeys } from './known-keys.ts';
import { type ReplayableLog, readsOfLogs } from './logged-reads.ts';
import { splitHistory } from './past-and-future.ts';
import type { ReplayedReads } from './replayed-reads.ts';

/** About 250 MB. */
const mostReads = 16_000_000;
/** Of a sample that is drawn anew: its keys may have somewhat more reads than others. */
const room = 0.9;

export interface GatherOptions {
  /** (origin, until] is replayed. */
  originMs: number;
  untilMs: number;
  /** How many times faster all that comes after the origin comes than it did; above 0, and 1 by default. */
  timeScale?: number | undefined;
  /** Of more keys a sample is drawn. */
  maxKeys: number;
  /** Replayed in place of the history's own buckets, which know times to the minute. They are in the history too. */
  logs: readonly ReplayableLog[];
  layout: LayoutChoice;
  signal: AbortSignal;
}

export interface Gathered {
  keys: KnownKeys;
  reads: ReplayedReads;
  firstWriteMs: number[];
  writtenKeys: number[];
  sample: KeySample;
}

/** What a simulation replays, in the join's own time, of as many keys as it holds. Memory is bounded by the keys and by 16 million reads, whatever there is of both. */
export async function gather(history: AccessHistory, options: GatherOptions): Promise<Gathered> {
  const { maxKeys, logs, timeScale = 1 } = options;
  let share = Math.min(1, maxKeys / Math.max(1, history.summary().keys));
  for (;;) {
    const sample = new KeySample(share);
    const isLogged = logs.length > 0;
    const split = await splitHistory(history, sample, { ...options, mostReads: isLogged ? 0 : mostReads });
    const { keys, firstWriteMs, writtenKeys } = split;
    const reads = isLogged ? await readsOfLogs(logs, keys, sample, { ...options, mostReads }) : split.reads;
    if (reads.isWhole) {
      const widthMs = isLogged ? 0 : history.bucketMs;
      return {
        keys,
        reads: faster(reads.result(widthMs), timeScale),
        firstWriteMs: firstWriteMs.map((ms) => ms / timeScale),
        writtenKeys,
        sample,
      };
    }
    share *= (room * mostReads) / reads.seen;
  }
}

function faster(reads: ReplayedReads, timeScale: number): ReplayedReads {
  return {
    ...reads,
    fromMs: reads.fromMs.map((ms) => ms / timeScale),
    widthMs: reads.widthMs / timeScale,
  };
}
