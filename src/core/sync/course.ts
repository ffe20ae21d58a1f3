import { z } from 'zod';
import type { RunSnapshot } from './snapshot.ts';

const figure = z.number();
const sample = z.object({
  atMs: figure,
  /** As sent, of the run so far. */
  wireBytes: z.object({
    cache: figure,
    hot: figure,
    snapshot: figure,
    delta: figure,
    repair: figure,
    fetched: figure.default(0),
  }),
  /** Reads that the plan expects of the keys that have arrived. */
  arrivedReads: figure.optional(),
  /** Keys of the Delta Log that the joiner does not have yet. */
  waitingKeys: figure.optional(),
  /** Keys that the lead's Delta Log holds. */
  logKeys: figure.optional(),
});

/** Where a run stood at one moment. */
export type CourseSample = z.infer<typeof sample>;

const stored = z.object({ build: z.array(sample), follow: z.array(sample) });

/** A run's moments, oldest first: until it follows its joiner, and from then on. At most 240 of each. */
export type Course = z.infer<typeof stored>;

/**
 * Keeps moments of a run as it goes. They are fifty milliseconds apart at first, and twice as far whenever there are too many: what is
 * kept is bounded, whether a run takes seconds or weeks. A joiner that is followed for weeks leaves the building of it as it was.
 */
export class RunCourse {
  readonly #build = new ThinnedSamples();
  readonly #follow = new ThinnedSamples();
  #current = this.#build;

  /** Asks for the run only where it is time for a moment. Returns whether it was. */
  take(atMs: number, run: () => RunSnapshot): boolean {
    if (!this.#current.isDue(atMs)) return false;
    const snapshot = run();
    if (snapshot.follow) this.#current = this.#follow;
    this.#current.add(sampleOf(snapshot, atMs));
    return true;
  }

  get course(): Course {
    return { build: this.#build.samples, follow: this.#follow.samples };
  }
}

/** A course out of its JSON; undefined where none was kept, or by a foresync that told other things. */
export function storedCourse(json: unknown): Course | undefined {
  return stored.safeParse(json).data;
}

const mostSamples = 240;
const firstStepMs = 50;

class ThinnedSamples {
  samples: CourseSample[] = [];
  #stepMs = firstStepMs;

  isDue(atMs: number): boolean {
    const last = this.samples.at(-1);
    return last === undefined || atMs - last.atMs >= this.#stepMs;
  }

  add(added: CourseSample): void {
    this.samples.push(added);
    if (this.samples.length <= mostSamples) return;
    this.samples = this.samples.filter((_, index) => index % 2 === 0);
    const spanMs = added.atMs - (this.samples[0]?.atMs ?? added.atMs);
    // Events may come in longer steps than was waited for.
    this.#stepMs = Math.max(2 * this.#stepMs, spanMs / (this.samples.length - 1));
  }
}

/** Also of the moment at which a run ended, which its last snapshot tells. */
export function sampleOf(
  { byKind, plan, backlog, follow, deltaLog }: RunSnapshot,
  atMs: number,
): CourseSample {
  const { cache, hot, snapshot, delta, repair, fetched } = byKind;
  return {
    atMs,
    wireBytes: {
      cache: cache.wireBytes,
      hot: hot.wireBytes,
      snapshot: snapshot.wireBytes,
      delta: delta.wireBytes,
      repair: repair.wireBytes,
      fetched: fetched.wireBytes,
    },
    arrivedReads: plan?.arrivedReads,
    waitingKeys: follow?.keysWaiting ?? backlog?.keys,
    logKeys: deltaLog?.keys,
  };
}
