import type { CourseSample } from '../sync/course.ts';
import type { RowKind } from '../sync/events.ts';

/** What had been sent of one kind of rows, at each of the moments that are told beside it. */
export interface KindBytes {
  kind: RowKind;
  wireBytes: number[];
}

const kinds: readonly RowKind[] = ['cache', 'hot', 'snapshot', 'delta', 'repair', 'fetched'];

/** The kinds of which anything was sent, in the order in which they come; `atMs` is told from the start of the run. */
export function bytesOverTime(
  samples: readonly CourseSample[],
  startMs: number,
): { atMs: number[]; kinds: KindBytes[] } {
  return {
    atMs: samples.map(({ atMs }) => Math.max(0, atMs - startMs)),
    kinds: kinds
      .map((kind) => ({ kind, wireBytes: samples.map(({ wireBytes }) => wireBytes[kind]) }))
      .filter(({ wireBytes }) => wireBytes.some((bytes) => bytes > 0)),
  };
}
