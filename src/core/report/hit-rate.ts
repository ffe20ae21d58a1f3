import type { HitCourse } from '../metrics/hit-course.ts';
import type { RunReport } from '../metrics/run-report.ts';
import type { CourseSample } from '../sync/course.ts';
import type { RunSnapshot } from '../sync/snapshot.ts';
import type { Point } from './point.ts';

/** Reads of a log within one stretch of time; there was at least one. */
export interface MeasuredStep {
  fromMs: number;
  toMs: number;
  reads: number;
  hits: number;
}

/** The share of reads that find their row at the joiner, over the building of it. */
export interface HitRatePicture {
  /** What the plan expected at each moment, by the rows that were there: a lower bound until in sync. Empty without a plan. */
  expected: Point[];
  /** Undefined before a log of the joiner was measured, or where an earlier version of foresync measured it. */
  measured: MeasuredStep[] | undefined;
  /** Why nothing is measured. */
  missing: 'no-log' | 'measured-before' | 'no-reads' | undefined;
}

/** `build` are moments of the run until it was done, or began to follow. */
export function hitRateOf({
  run,
  report,
  build,
  startMs,
}: {
  run: RunSnapshot;
  report: RunReport;
  build: readonly CourseSample[];
  startMs: number;
}): HitRatePicture {
  const replica = report.cameTrue?.replica;
  const steps = replica?.course && measuredSteps(replica.course, startMs);
  return {
    expected: expectedRates(run, build, startMs),
    measured: steps?.length ? steps : undefined,
    missing: !replica ? 'no-log' : !steps ? 'measured-before' : steps.length === 0 ? 'no-reads' : undefined,
  };
}

/** The steps that have reads, told from `startMs`. */
export function measuredSteps({ fromMs, stepMs, reads, hits }: HitCourse, startMs: number): MeasuredStep[] {
  return reads.flatMap((count, step): MeasuredStep[] =>
    count === 0
      ? []
      : [
          {
            fromMs: fromMs - startMs + step * stepMs,
            toMs: fromMs - startMs + (step + 1) * stepMs,
            reads: count,
            hits: hits[step] ?? 0,
          },
        ],
  );
}

function expectedRates(
  { plan, inSyncAtMs, hotReadyAtMs }: RunSnapshot,
  build: readonly CourseSample[],
  startMs: number,
): Point[] {
  if (!plan || plan.expectedReads <= 0) return [];
  return build.map(({ atMs, arrivedReads = 0 }) => {
    const ms = Math.max(0, atMs - startMs);
    if (inSyncAtMs !== undefined && atMs >= inSyncAtMs) return { ms, value: 1 };
    // Keys of the plan that have no row never arrive, and no read of theirs is a miss for it.
    const isHot = hotReadyAtMs !== undefined && atMs >= hotReadyAtMs;
    const share = isHot ? 1 : Math.min(1, arrivedReads / plan.expectedReads);
    return { ms, value: plan.expectedHitRate * share };
  });
}
