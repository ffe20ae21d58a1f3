import type { Calibration } from '../metrics/calibration.ts';
import type { PlanCameTrue } from '../metrics/plan-reads.ts';
import { type RunReport, reportOf } from '../metrics/run-report.ts';
import type { StoredRun } from '../state/runs.ts';
import { type CourseSample, sampleOf, storedCourse } from '../sync/course.ts';
import type { RunStanding } from '../sync/run-standing.ts';
import type { RunSnapshot } from '../sync/snapshot.ts';
import { bytesOverTime, type KindBytes } from './bytes-over-time.ts';
import { type HitRatePicture, hitRateOf, type MeasuredStep, measuredSteps } from './hit-rate.ts';
import type { Point } from './point.ts';
import { type PhaseStretch, stretchesOf } from './stretches.ts';

/** How many keys the joiner did not have yet, and how many the lead's Delta Log held. */
export interface Backlog {
  waiting: Point[];
  held: Point[];
}

/** All that a run's report shows, as data. Undefined is not known; moments are told from the start of the run. */
export interface RunPicture {
  report: RunReport;
  standing: RunStanding;
  run: RunSnapshot;
  /** Until where its building is drawn: a joiner that is followed is followed for long after it. */
  buildMs: number;
  endMs: number;
  hotReadyMs: number | undefined;
  inSyncMs: number | undefined;
  phases: PhaseStretch[];
  hitRate: HitRatePicture;
  /** Over the plan's horizon, as far as a log was measured. */
  horizon: { expected: number; steps: MeasuredStep[]; horizonMs: number } | undefined;
  calibration: { found: Calibration; volumeShare: number | undefined; covered: number } | undefined;
  /** Undefined for a run whose course was not kept. */
  course:
    | { backlog: Backlog; follow: Backlog | undefined; bytes: { atMs: number[]; kinds: KindBytes[] } }
    | undefined;
}

/**
 * What there is to draw of a run. `course` is what the journal keeps of it. Undefined for a run that another version of foresync
 * kept in a way that this one cannot read.
 */
export function pictureOf(stored: StoredRun, standing: RunStanding, course: unknown): RunPicture | undefined {
  const { run } = standing;
  if (!run) return undefined;
  const report = reportOf(stored);
  const startMs = stored.startedMs;
  const since = (atMs: number | undefined) => (atMs === undefined ? undefined : Math.max(0, atMs - startMs));
  const endMs = Math.max(1, since(run.atMs) ?? 0);
  const phases = stretchesOf(run, startMs);
  const follow = phases.find(({ name }) => name === 'follow');
  const buildMs = Math.max(1, follow?.fromMs ?? endMs);
  const samples = samplesOf(run, course);
  const plan = report.cameTrue?.plan;
  return {
    report,
    standing,
    run,
    buildMs,
    endMs,
    hotReadyMs: since(run.hotReadyAtMs),
    inSyncMs: since(run.inSyncAtMs),
    phases,
    hitRate: hitRateOf({ run, report, build: samples?.build ?? [], startMs }),
    horizon: horizonOf(plan),
    calibration: plan?.calibration && {
      found: plan.calibration,
      volumeShare: plan.volume?.share,
      covered: plan.covered,
    },
    course: samples && {
      backlog: backlogOf(samples.build, startMs),
      follow: samples.follow.length > 1 ? backlogOf(samples.follow, startMs) : undefined,
      bytes: bytesOverTime(samples.build, startMs),
    },
  };
}

function horizonOf(plan: PlanCameTrue | undefined): RunPicture['horizon'] {
  if (!plan?.course || plan.reads === 0) return undefined;
  const { course, expectedHitRate } = plan;
  return {
    expected: expectedHitRate,
    steps: measuredSteps(course, course.fromMs),
    horizonMs: course.stepMs * course.reads.length,
  };
}

/** With the moment at which it ended, which is always known. */
function samplesOf(run: RunSnapshot, json: unknown) {
  const kept = storedCourse(json);
  if (!kept || kept.build.length === 0) return undefined;
  const last = sampleOf(run, run.atMs);
  const withLast = (samples: CourseSample[]) =>
    (samples.at(-1)?.atMs ?? 0) < last.atMs ? [...samples, last] : samples;
  return kept.follow.length > 0
    ? { build: kept.build, follow: withLast(kept.follow) }
    : { build: withLast(kept.build), follow: [] };
}

function backlogOf(samples: readonly CourseSample[], startMs: number): Backlog {
  const points = (value: (sample: CourseSample) => number | undefined) =>
    samples.flatMap((sample): Point[] => {
      const found = value(sample);
      return found === undefined ? [] : [{ ms: Math.max(0, sample.atMs - startMs), value: found }];
    });
  return { waiting: points(({ waitingKeys }) => waitingKeys), held: points(({ logKeys }) => logKeys) };
}
