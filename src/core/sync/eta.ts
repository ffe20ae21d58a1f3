/** Long enough for a speed's ups and downs to be seen, short enough to follow a link that changes. */
const windowMs = 30_000;
const sampleMs = 250;
/** The window is cut into so many stretches at most, and the speeds of these are compared. */
const mostStretches = 6;
/** A speed that was seen for less, or of fewer chunks, is no ground for anything; of slow chunks so many are kept, however old. */
const leastSeenMs = 2_000;
const leastSamples = 5;
/** A stretch in which next to nothing moved would put the end off for ever. */
const leastOfMean = 0.1;

export interface Eta {
  /** At the speed of the last half minute. */
  remainingMs: number;
  /** At the speeds that nine of ten stretches of it were above and below. */
  range: { leastMs: number; mostMs: number };
}

interface Sample {
  atMs: number;
  share: number;
}

/** How far one phase is and how fast it got there lately; at most 120 samples. */
export class PhaseEta {
  private samples: Sample[] = [];

  /** A phase that begins at nothing is known to; one that resumes tells where it stands with its first progress. */
  constructor(startedAtMs: number, share: number | undefined) {
    if (share !== undefined) this.samples.push({ atMs: startedAtMs, share });
  }

  progress(atMs: number, share: number): void {
    const [previous, last] = this.samples.slice(-2);
    if (previous && last && atMs - previous.atMs < sampleMs) this.samples.pop();
    this.samples.push({ atMs, share });
    while (this.samples.length > leastSamples && atMs - (this.samples[1]?.atMs ?? atMs) >= windowMs)
      this.samples.shift();
  }

  /** From now on it may go at quite another speed than so far. */
  beginAnew(atMs: number): void {
    const last = this.samples.at(-1);
    this.samples = last ? [{ atMs, share: last.share }] : [];
  }

  /** Undefined until chunks were seen for two seconds, and while nothing moves. */
  at(nowMs: number): Eta | undefined {
    const first = this.samples[0];
    const last = this.samples.at(-1);
    if (!first || !last || this.samples.length < leastSamples) return undefined;
    const gained = last.share - first.share;
    if (gained <= 0 || last.atMs - first.atMs < leastSeenMs) return undefined;
    const remainingMs = Math.max(0, ((1 - last.share) * (nowMs - first.atMs)) / gained);
    return { remainingMs, range: this.range(remainingMs, first, last) };
  }

  private range(remainingMs: number, first: Sample, last: Sample): Eta['range'] {
    const stretches = Math.min(mostStretches, this.samples.length - 1);
    const stretchMs = (last.atMs - first.atMs) / stretches;
    const gains: number[] = [];
    let before = first.share;
    for (let stretch = 1; stretch <= stretches; stretch++) {
      const share = this.shareAt(first.atMs + stretch * stretchMs);
      gains.push(share - before);
      before = share;
    }
    gains.sort((a, b) => a - b);
    const mean = (last.share - first.share) / stretches;
    return {
      leastMs: remainingMs / Math.max(1, quantile(gains, 0.9) / mean),
      mostMs: remainingMs / Math.min(1, Math.max(leastOfMean, quantile(gains, 0.1) / mean)),
    };
  }

  /** Chunks come one after another: between two of them the share is taken to grow evenly. */
  private shareAt(atMs: number): number {
    const next = this.samples.findIndex((sample) => sample.atMs >= atMs);
    const after = this.samples.at(next);
    const before = this.samples[next - 1];
    if (!after) return 0;
    if (!before || after.atMs === before.atMs) return after.share;
    const part = Math.min(1, (atMs - before.atMs) / (after.atMs - before.atMs));
    return before.share + part * (after.share - before.share);
  }
}

/** Of values in order, linear between two of them. */
function quantile(sorted: readonly number[], share: number): number {
  const place = (sorted.length - 1) * share;
  const [low = 0, high = low] = [sorted[Math.floor(place)], sorted[Math.ceil(place)]];
  return low + (high - low) * (place % 1);
}
