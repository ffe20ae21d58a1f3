import { type Calibration, calibrate } from './calibration.ts';
import { type ExpectedTimes, expectedTimesOf, type FirstRead } from './expected-times.ts';
import { type HitCourse, HitSteps } from './hit-course.ts';
import type { MissedShares } from './missed-reads.ts';
import type { PlannedKey } from './plan-text.ts';
import type { HitCount } from './replica-reads.ts';
import type { RunFigures } from './run-figures.ts';
import { thinnedConfidence } from './thinned-confidence.ts';

/** What came true of the plan, by the log's reads within (origin, origin + horizon]. */
export interface PlanCameTrue extends HitCount {
  /** Share of the horizon between the log's first and last event, 0 to 1. */
  covered: number;
  /** Reads of planned keys, whether or not their row had been sent; `hits` counts only those that had. */
  plannedReads: number;
  expectedHitRate: number;
  /**
   * Reads that the plan expected of the whole group, and the log's as a share of them, past 1 where there were more.
   * Undefined for a plan that expected none.
   */
  volume: { expectedReads: number; share: number } | undefined;
  /** The half-life that the plan was made with, where it says so. */
  halfLifeMs: number | undefined;
  /** Of the confidences thinned to the log's share of the volume. */
  calibration: Calibration | undefined;
  /**
   * Planned rows, pinned ones apart, that were sent and not read within the horizon. `bytes`: by the plan's sizes, and where it has none by the mean of the
   * run's hot rows, which `sizedByMean` of the keys were; undefined where neither is known. `byVolume`: how many more of the sent keys were to be expected
   * unread than at the group's whole volume.
   */
  wasted: {
    keys: number;
    sentKeys: number;
    byVolume: number;
    bytes: number | undefined;
    sizedByMean?: number | undefined;
  };
  /** How the times came out at which keys were expected; undefined where none can be judged, or an earlier version of foresync measured. */
  expectedTimes?: ExpectedTimes | undefined;
  /** What the history knew of the keys that were read without being planned. */
  missed: MissedShares | undefined;
  /** Over the horizon; undefined where an earlier version of foresync measured. */
  course?: HitCourse | undefined;
}

/** The planned keys in the plan's order, and which of them were read within the horizon. */
export class PlanReads {
  readonly fromMs: number;
  readonly toMs: number;
  readonly halfLifeMs: number | undefined;
  /** Place in the plan, from 0, by key as a log has it. */
  readonly places = new Map<string, number>();
  private readonly plan: NonNullable<RunFigures['plan']>;
  private readonly hotRowBytes: number | undefined;
  private readonly confidences: number[] = [];
  private readonly expectedReads: number[] = [];
  private readonly pinned: boolean[] = [];
  private readonly sizes: (number | undefined)[] = [];
  private readonly expectedAtMs: (number | undefined)[] = [];
  /** Of the first read within the horizon, from its origin; undefined where there was none. */
  private readonly firstReadMs: (number | undefined)[] = [];
  private readonly steps: HitSteps;
  private reads = 0;
  private plannedReads = 0;
  private hits = 0;

  constructor(
    plan: NonNullable<RunFigures['plan']>,
    { halfLifeMs, hotRowBytes }: { halfLifeMs: number | undefined; hotRowBytes: number | undefined },
  ) {
    this.halfLifeMs = halfLifeMs;
    this.plan = plan;
    this.hotRowBytes = hotRowBytes;
    this.fromMs = plan.originMs;
    this.toMs = plan.originMs + plan.horizonMs;
    this.steps = new HitSteps(this.fromMs, this.toMs);
  }

  add({ key, confidence, expectedReads, expectedAtMs, sizeBytes, pinned }: PlannedKey): void {
    if (this.places.has(key)) return;
    this.places.set(key, this.places.size);
    this.firstReadMs.push(undefined);
    this.expectedAtMs.push(expectedAtMs);
    this.confidences.push(confidence);
    this.expectedReads.push(expectedReads);
    this.pinned.push(pinned);
    this.sizes.push(sizeBytes);
  }

  /** A read of the key at this place of the plan; false, and nothing counted, where it is not within the horizon. */
  take(timeMs: number, place: number | undefined): boolean {
    if (timeMs <= this.fromMs || timeMs > this.toMs) return false;
    this.reads += 1;
    const hit = place !== undefined && place < this.plan.sentKeys;
    this.steps.take(timeMs, hit);
    if (place === undefined) return true;
    const sinceMs = timeMs - this.fromMs;
    this.firstReadMs[place] = Math.min(sinceMs, this.firstReadMs[place] ?? sinceMs);
    this.plannedReads += 1;
    if (hit) this.hits += 1;
    return true;
  }

  result(log: { firstMs: number; lastMs: number } | undefined): Omit<PlanCameTrue, 'missed'> {
    const { fromMs, toMs, plan } = this;
    const shared = log ? Math.min(log.lastMs, toMs) - Math.max(log.firstMs, fromMs) : 0;
    const volume = this.volume();
    const inLog = this.inLog(volume?.share ?? 1);
    return {
      reads: this.reads,
      hits: this.hits,
      plannedReads: this.plannedReads,
      covered: Math.max(0, shared) / plan.horizonMs,
      expectedHitRate: plan.expectedHitRate,
      volume,
      halfLifeMs: this.halfLifeMs,
      calibration: this.reads === 0 ? undefined : calibrate(this.confidences, this.wasRead(), inLog),
      wasted: this.wasted(inLog),
      expectedTimes: log && expectedTimesOf(this.firstReads(), log.firstMs - fromMs),
      course: this.steps.result(),
    };
  }

  private wasRead(): Uint8Array {
    return Uint8Array.from(this.firstReadMs, (readMs) => (readMs === undefined ? 0 : 1));
  }

  /** Keys that somebody wanted have no time that a forecast gave them. */
  private firstReads(): FirstRead[] {
    return this.firstReadMs.flatMap((readMs, place) => {
      const expectedAtMs = this.expectedAtMs[place];
      if (readMs === undefined || expectedAtMs === undefined || this.pinned[place]) return [];
      return [{ expectedMs: expectedAtMs - this.fromMs, readMs }];
    });
  }

  private volume(): PlanCameTrue['volume'] {
    const planned = this.expectedReads.reduce((sum, reads) => sum + reads, 0);
    const { expectedHitRate } = this.plan;
    if (planned === 0 || expectedHitRate === 0) return undefined;
    const expectedReads = planned / expectedHitRate;
    return { expectedReads, share: this.reads / expectedReads };
  }

  /** The confidences as they hold for a log with this share of the group's reads. */
  private inLog(share: number): number[] {
    return this.confidences.map((confidence, place) =>
      thinnedConfidence(confidence, this.expectedReads[place] ?? 0, share),
    );
  }

  private wasted(inLog: readonly number[]): PlanCameTrue['wasted'] {
    const sent = Math.min(this.plan.sentKeys, this.places.size);
    let sentKeys = 0;
    let keys = 0;
    let byVolume = 0;
    let bytes: number | undefined;
    let sizedByMean = 0;
    for (let place = 0; place < sent; place++) {
      if (this.pinned[place]) continue;
      sentKeys += 1;
      byVolume += (this.confidences[place] ?? 0) - (inLog[place] ?? 0);
      if (this.firstReadMs[place] !== undefined) continue;
      keys += 1;
      const size = this.sizes[place] ?? this.hotRowBytes;
      if (size !== undefined) bytes = (bytes ?? 0) + size;
      if (size !== undefined && this.sizes[place] === undefined) sizedByMean += 1;
    }
    return { keys, sentKeys, byVolume, bytes: bytes && Math.round(bytes), sizedByMean };
  }
}
