/** Reads over time: the first of `reads` and `hits` are from `fromMs` on, the next ones from `stepMs` later, and so on. */
export interface HitCourse {
  fromMs: number;
  stepMs: number;
  reads: number[];
  hits: number[];
}

const steps = 60;

/** Counts reads and hits in sixty equal steps of a stretch of time, `toMs` in it; what comes before or later is left out. */
export class HitSteps {
  readonly #course: HitCourse;

  constructor(fromMs: number, toMs: number) {
    const stepMs = Math.max(1, toMs - fromMs) / steps;
    const none = () => new Array<number>(steps).fill(0);
    this.#course = { fromMs, stepMs, reads: none(), hits: none() };
  }

  take(timeMs: number, hit: boolean): void {
    const { fromMs, stepMs, reads, hits } = this.#course;
    if (timeMs < fromMs || timeMs > fromMs + steps * stepMs) return;
    const step = Math.min(steps - 1, Math.floor((timeMs - fromMs) / stepMs));
    reads[step] = (reads[step] ?? 0) + 1;
    if (hit) hits[step] = (hits[step] ?? 0) + 1;
  }

  result(): HitCourse {
    return structuredClone(this.#course);
  }
}
