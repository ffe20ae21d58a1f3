import { type HitCourse, HitSteps } from './hit-course.ts';
import type { KnownKeys } from './known-keys.ts';
import { type KindsOfReads, ReadKinds } from './read-kinds.ts';
import { ReadyClock, type ReadyTimes } from './ready-times.ts';
import type { RunFigures } from './run-figures.ts';
import type { ServedAnswer } from './served-reads.ts';

/** Reads, and how many of them hit. */
export interface HitCount {
  reads: number;
  hits: number;
}

/**
 * Reads from the run's start on; a hit found its row there at that moment. Whether a read hit is measured where the joiner answered it and wrote that down (`measured`), and
 * modelled by what the replica held where an access log has the read alone.
 */
export interface ReplicaCameTrue extends HitCount {
  /** Modelled: no row is taken to be there. */
  beforeHot: HitCount;
  /** Modelled: planned rows are there; others may be, but are not counted, so the hit rate is a lower bound. */
  hotToSync: HitCount;
  /** Modelled: every row is there. */
  inSync: HitCount;
  /** Reads after the end of a run that never was in sync, that no joiner answered: nothing is known of them. */
  unknown: number;
  /** Of all reads, those whose hits are measured. What follows is undefined where an earlier version of foresync measured. */
  measured?: HitCount | undefined;
  /** By what brought the rows. */
  kinds?: KindsOfReads | undefined;
  /** From when on half, nine tenths and 99 % were hits; undefined where there are too few reads to tell, as well. */
  ready?: ReadyTimes | undefined;
  /** The same by the measured reads alone, where others are modelled; undefined as well where all are measured, or none. */
  readyMeasured?: ReadyTimes | undefined;
  /** From the run's start on, and a quarter longer than the run took. Reads that are unknown are not in it. */
  course?: HitCourse | undefined;
}

/** A read as it is set against what the replica held. */
export interface ReplicaRead {
  timeMs: number;
  key: string;
  /** The plan has the key. */
  isPlanned: boolean;
  /** And its turn came in the hot phase. */
  isSent: boolean;
  served: ServedAnswer | undefined;
}

/** Reads by what the replica held at their moment. */
export class ReplicaReads {
  private readonly beforeHot: HitCount = { reads: 0, hits: 0 };
  private readonly hotToSync: HitCount = { reads: 0, hits: 0 };
  private readonly inSync: HitCount = { reads: 0, hits: 0 };
  private readonly measured: HitCount = { reads: 0, hits: 0 };
  private readonly kinds = new ReadKinds();
  private readonly figures: RunFigures;
  private readonly steps: HitSteps;
  private readonly ready: ReadyClock;
  private readonly readyMeasured: ReadyClock;
  private unknown = 0;

  constructor(figures: RunFigures) {
    this.figures = figures;
    const { startedAtMs, inSyncAtMs, lastKnownMs } = figures;
    this.steps = new HitSteps(startedAtMs, startedAtMs + ((inSyncAtMs ?? lastKnownMs) - startedAtMs) * 1.25);
    this.ready = new ReadyClock(figures);
    this.readyMeasured = new ReadyClock(figures);
  }

  take(read: ReplicaRead): void {
    const { timeMs, isSent, served } = read;
    const { startedAtMs, hotReadyAtMs, inSyncAtMs, lastKnownMs } = this.figures;
    if (timeMs < startedAtMs) return;
    if (inSyncAtMs !== undefined && timeMs >= inSyncAtMs) return this.count(this.inSync, read, true);
    if (inSyncAtMs === undefined && timeMs > lastKnownMs && !served) {
      this.unknown += 1;
      return;
    }
    if (hotReadyAtMs !== undefined && timeMs >= hotReadyAtMs) return this.count(this.hotToSync, read, isSent);
    this.count(this.beforeHot, read, false);
  }

  /** Keys that the history is to be asked of. */
  get openKeys(): Iterable<string> {
    return this.kinds.openKeys;
  }

  result(known: KnownKeys | undefined): ReplicaCameTrue {
    const { beforeHot, hotToSync, inSync, measured, unknown } = this;
    const sum = (what: keyof HitCount) => beforeHot[what] + hotToSync[what] + inSync[what];
    const reads = sum('reads');
    const isMixed = measured.reads > 0 && measured.reads < reads;
    return {
      reads,
      hits: sum('hits'),
      beforeHot,
      hotToSync,
      inSync,
      unknown,
      measured,
      kinds: this.kinds.result(known),
      ready: this.ready.result(),
      readyMeasured: isMixed ? this.readyMeasured.result() : undefined,
      course: this.steps.result(),
    };
  }

  private count(
    reads: HitCount,
    { timeMs, key, isPlanned, isSent, served }: ReplicaRead,
    modelled: boolean,
  ): void {
    const hit = served?.hit ?? modelled;
    for (const count of served ? [reads, this.measured] : [reads]) {
      count.reads += 1;
      if (hit) count.hits += 1;
    }
    this.kinds.take(key, hit ? isSent : isPlanned, hit, served);
    this.steps.take(timeMs, hit);
    this.ready.take(timeMs, hit);
    if (served) this.readyMeasured.take(timeMs, hit);
  }
}
