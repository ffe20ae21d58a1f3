const windowMs = 10_000;
const sampleMs = 250;
const certainShare = 0.1;
const certainMs = 3_000;

/** How far one phase is and how fast it got there lately; at most 40 samples. */
export class PhaseEta {
  private readonly samples: { atMs: number; share: number }[] = [];
  private readonly startedAtMs: number;

  /** A phase that begins at nothing is known to; one that resumes tells where it stands with its first progress. */
  constructor(startedAtMs: number, share: number | undefined) {
    this.startedAtMs = startedAtMs;
    if (share !== undefined) this.samples.push({ atMs: startedAtMs, share });
  }

  progress(atMs: number, share: number): void {
    const [previous, last] = this.samples.slice(-2);
    if (previous && last && atMs - previous.atMs < sampleMs) this.samples.pop();
    this.samples.push({ atMs, share });
    while (this.samples.length > 2 && atMs - (this.samples[1]?.atMs ?? atMs) >= windowMs)
      this.samples.shift();
  }

  /** Milliseconds to the end at the speed of the last ten seconds; undefined until a tenth or three seconds are done, or while nothing moves. */
  remainingMs(nowMs: number): number | undefined {
    const first = this.samples[0];
    const last = this.samples.at(-1);
    if (!first || !last) return undefined;
    if (last.share < certainShare && nowMs - this.startedAtMs < certainMs) return undefined;
    const gained = last.share - first.share;
    if (gained <= 0) return undefined;
    return Math.max(0, ((1 - last.share) * (nowMs - first.atMs)) / gained);
  }
}
