const sliceMs = 250;
const windowMs = 5_000;
const historySeconds = 60;
const slicesPerSecond = 1_000 / sliceMs;
const keptSlices = (historySeconds + 1) * slicesPerSecond;

/**
 * What arrived when, in slices of a quarter of a second, for the last 61 seconds: bounded however many events come.
 * Times are event times, so the same events give the same rates.
 */
export class Rates {
  private readonly slices: { index: number; rows: number; wireBytes: number }[] = [];
  private readonly originMs: number;
  private firstMs: number | undefined;

  /** `originMs` is where the seconds of the history begin to count. */
  constructor(originMs: number) {
    this.originMs = originMs;
  }

  /** `sinceMs` is when the transfer began that these rows belong to; only the first call's counts. */
  add(atMs: number, rows: number, wireBytes: number, sinceMs: number): void {
    this.firstMs ??= Math.min(sinceMs, atMs);
    const index = this.sliceAt(atMs);
    const last = this.slices.at(-1);
    if (last && last.index >= index) {
      last.rows += rows;
      last.wireBytes += wireBytes;
      return;
    }
    this.slices.push({ index, rows, wireBytes });
    if (this.slices.length > keptSlices) this.slices.shift();
  }

  /** Per second, over the five seconds before `nowMs`, or over the time since the first transfer began if that is shorter. */
  perSecond(nowMs: number): { rows: number; wireBytes: number } {
    if (this.firstMs === undefined) return { rows: 0, wireBytes: 0 };
    // Whole slices only, so that none counts in part; the time they span is counted as exactly.
    const from = this.sliceAt(nowMs - windowMs);
    const fromMs = this.originMs + (from + 1) * sliceMs;
    const spanMs = Math.max(sliceMs, nowMs - Math.max(fromMs, this.firstMs));
    const sum = { rows: 0, wireBytes: 0 };
    for (const slice of this.slices) {
      if (slice.index <= from) continue;
      sum.rows += slice.rows;
      sum.wireBytes += slice.wireBytes;
    }
    return { rows: (sum.rows * 1_000) / spanMs, wireBytes: (sum.wireBytes * 1_000) / spanMs };
  }

  /** Wire bytes of each complete second, the last 60, oldest first. */
  history(nowMs: number): number[] {
    const complete = Math.max(0, Math.floor((nowMs - this.originMs) / 1_000));
    const seconds = Math.min(historySeconds, complete);
    const values = new Array<number>(seconds).fill(0);
    for (const slice of this.slices) {
      const at = Math.floor(slice.index / slicesPerSecond) - (complete - seconds);
      if (at >= 0 && at < seconds) values[at] = (values[at] ?? 0) + slice.wireBytes;
    }
    return values;
  }

  private sliceAt(atMs: number): number {
    return Math.floor((atMs - this.originMs) / sliceMs);
  }
}
