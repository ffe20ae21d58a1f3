import type { RunEvent } from './events.ts';
import type { RunSnapshot } from './snapshot.ts';

type Served = Extract<RunEvent, { type: 'served' }>;
type Began = Extract<RunEvent, { type: 'serving' }>;
type Serving = NonNullable<RunSnapshot['serving']>;

/** How a joiner's reads go, from what is told of them. Adds up the reads that a joiner's agents tell of: one that had to be begun anew counts from the start. */
export class ReadFigures {
  #before = { reads: 0, hits: 0, notLogged: 0 };
  #last: Served | undefined;

  began({ address, log, atMs }: Began, before: Serving | undefined): Serving {
    const { sinceMs = atMs, reads = 0, hits = 0, notLogged = 0 } = before ?? {};
    return { address, sinceMs, ...(log ? { log } : {}), reads, hits, keysUnderWay: 0, notLogged };
  }

  after(served: Served, serving: Serving): Serving {
    const last = this.#last;
    if (last && served.reads < last.reads)
      this.#before = {
        reads: this.#before.reads + last.reads,
        hits: this.#before.hits + last.hits,
        notLogged: this.#before.notLogged + last.notLogged,
      };
    this.#last = served;
    const { readsPerSecond: _, recentHitRate: __, ...place } = serving;
    const { recentHitRate, keysUnderWay } = served;
    const seconds = last && served.reads >= last.reads ? (served.atMs - last.atMs) / 1000 : 0;
    return {
      ...place,
      reads: this.#before.reads + served.reads,
      hits: this.#before.hits + served.hits,
      ...(last && seconds > 0 ? { readsPerSecond: (served.reads - last.reads) / seconds } : {}),
      ...(recentHitRate === undefined ? {} : { recentHitRate }),
      keysUnderWay,
      notLogged: this.#before.notLogged + served.notLogged,
    };
  }
}
