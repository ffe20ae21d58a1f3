import type { RunFigures } from './run-figures.ts';

/** From when on so large a share of the reads were hits, from the run's start; undefined where that never was. */
export interface ReadyTime {
  share: number;
  afterMs: number | undefined;
}

export interface ReadyTimes {
  /** Reads of a window. */
  windowReads: number;
  /** When the first read came, from the run's start: nothing is known of before. */
  firstReadMs: number;
  /** Of half, nine tenths and 99 %. */
  times: ReadyTime[];
}

export const readyShares = [0.5, 0.9, 0.99] as const;
const leastWindow = 100;
const windowShare = 0.01;
const binCount = 4000;

/**
 * From when on a share of the reads are hits: the first moment from which on every window of the reads that come next, one after the other, has
 * that share or more, up to the end of what is looked at. A window is a hundredth of all reads, and a hundred at least, so that a lucky second at the
 * beginning does not count and an unlucky read later on does not undo it. Looked at is the run and a quarter more of its time, in 4,000 equal parts,
 * which is how exact the moments are. Reads may come in any order.
 */
export class ReadyClock {
  readonly #fromMs: number;
  readonly #stepMs: number;
  readonly #reads = new Float64Array(binCount);
  readonly #hits = new Float64Array(binCount);

  constructor({ startedAtMs, inSyncAtMs, lastKnownMs }: RunFigures) {
    const wholeMs = ((inSyncAtMs ?? lastKnownMs) - startedAtMs) * (inSyncAtMs === undefined ? 1 : 1.25);
    this.#fromMs = startedAtMs;
    this.#stepMs = Math.max(1, wholeMs) / binCount;
  }

  take(timeMs: number, hit: boolean): void {
    const bin = Math.floor((timeMs - this.#fromMs) / this.#stepMs);
    if (bin < 0 || bin > binCount) return;
    const place = Math.min(binCount - 1, bin);
    this.#reads[place] = (this.#reads[place] ?? 0) + 1;
    if (hit) this.#hits[place] = (this.#hits[place] ?? 0) + 1;
  }

  /** Undefined where there are fewer reads than a window has. */
  result(): ReadyTimes | undefined {
    const all = this.#reads.reduce((sum, reads) => sum + reads, 0);
    const windowReads = Math.max(leastWindow, Math.ceil(all * windowShare));
    if (all < windowReads) return undefined;
    const windows = this.#windows(windowReads);
    const first = windows[0]?.bin ?? 0;
    return {
      windowReads,
      firstReadMs: first * this.#stepMs,
      times: readyShares.map((share) => {
        const lastBad = windows.findLastIndex(({ rate }) => rate < share - 1e-9);
        const from = windows[lastBad + 1];
        return { share, afterMs: from && from.bin * this.#stepMs };
      }),
    };
  }

  /** A window from each part of the time that has reads, as long as enough of them come. */
  #windows(windowReads: number): { bin: number; rate: number }[] {
    const windows: { bin: number; rate: number }[] = [];
    let end = 0;
    let reads = 0;
    let hits = 0;
    for (let bin = 0; bin < binCount; bin++) {
      while (reads < windowReads && end < binCount) {
        reads += this.#reads[end] ?? 0;
        hits += this.#hits[end] ?? 0;
        end++;
      }
      if (reads < windowReads) break;
      if ((this.#reads[bin] ?? 0) > 0) windows.push({ bin, rate: hits / reads });
      reads -= this.#reads[bin] ?? 0;
      hits -= this.#hits[bin] ?? 0;
    }
    return windows;
  }
}
