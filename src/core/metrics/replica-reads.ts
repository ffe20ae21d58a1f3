import { type HitCourse, HitSteps } from './hit-course.ts';
import type { RunFigures } from './run-figures.ts';

/** Reads, and how many of them hit. */
export interface HitCount {
  reads: number;
  hits: number;
}

/** Reads from the run's start on; a hit found its row there at that moment. */
export interface ReplicaCameTrue extends HitCount {
  /** No row is taken to be there. */
  beforeHot: HitCount;
  /** Planned rows are there; others may be, but are not counted, so the hit rate is a lower bound. */
  hotToSync: HitCount;
  /** Every row is there. */
  inSync: HitCount;
  /** Reads after the end of a run that never was in sync: nothing is known of them. */
  unknown: number;
  /**
   * From the run's start on, and a quarter longer than the run took; undefined where an earlier version of foresync measured. Reads
   * that are unknown are not in it.
   */
  course?: HitCourse | undefined;
}

/** Reads by what the replica held at their moment. */
export class ReplicaReads {
  private readonly beforeHot: HitCount = { reads: 0, hits: 0 };
  private readonly hotToSync: HitCount = { reads: 0, hits: 0 };
  private readonly inSync: HitCount = { reads: 0, hits: 0 };
  private readonly figures: RunFigures;
  private readonly steps: HitSteps;
  private unknown = 0;

  constructor(figures: RunFigures) {
    this.figures = figures;
    const { startedAtMs, inSyncAtMs, lastKnownMs } = figures;
    this.steps = new HitSteps(startedAtMs, startedAtMs + ((inSyncAtMs ?? lastKnownMs) - startedAtMs) * 1.25);
  }

  take(timeMs: number, plannedRow: boolean): void {
    const { startedAtMs, hotReadyAtMs, inSyncAtMs, lastKnownMs } = this.figures;
    if (timeMs < startedAtMs) return;
    if (inSyncAtMs !== undefined && timeMs >= inSyncAtMs) return this.count(this.inSync, timeMs, true);
    if (inSyncAtMs === undefined && timeMs > lastKnownMs) {
      this.unknown += 1;
      return;
    }
    if (hotReadyAtMs !== undefined && timeMs >= hotReadyAtMs)
      return this.count(this.hotToSync, timeMs, plannedRow);
    this.count(this.beforeHot, timeMs, false);
  }

  result(): ReplicaCameTrue {
    const { beforeHot, hotToSync, inSync, unknown } = this;
    const sum = (what: keyof HitCount) => beforeHot[what] + hotToSync[what] + inSync[what];
    const course = this.steps.result();
    return { reads: sum('reads'), hits: sum('hits'), beforeHot, hotToSync, inSync, unknown, course };
  }

  private count(reads: HitCount, timeMs: number, hit: boolean): void {
    reads.reads += 1;
    if (hit) reads.hits += 1;
    this.steps.take(timeMs, hit);
  }
}
