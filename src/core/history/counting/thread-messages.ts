import type { LogLayout } from '../../access-log/layout.ts';
import type { TallyPart } from '../../access-log/line-tally.ts';
import type { MergedRange, MergeTask } from '../segments/range-merge.ts';
import type { Segment } from '../segments/segment.ts';
import type { SpilledBatch } from './event-counter.ts';

/** What a counting thread is told. */
export type ThreadRequest =
  | { type: 'begin'; replica: string; layout: LogLayout; atStart: boolean }
  | { type: 'take'; block: SharedArrayBuffer; length: number; isLast: boolean; nowMs: number }
  | { type: 'open' }
  | { type: 'finish' }
  | { type: 'merge'; task: MergeTask; range: number; stateFile: string }
  /** So many segments were taken in. */
  | { type: 'taken'; segments: number };

/** What it answers, in the order of the requests. */
export type ThreadReply =
  | { type: 'counted'; part: TallyPart }
  | { type: 'opened'; bytes: Uint8Array }
  | { type: 'finished'; batches: SpilledBatch[] }
  | { type: 'segment'; replica: number; segment: Segment }
  | { type: 'merged'; merged: MergedRange };

/** Segments that a thread may send before it hears that some were taken in. */
export const segmentsUnderWay = 64;
