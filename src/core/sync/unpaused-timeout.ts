import type { Wait } from '../clock.ts';
import type { Pace } from './pace.ts';

/** A pause is noticed after so long. */
const stepMs = 500;

/** A signal that trips after so many milliseconds in which the run was not paused. `end` lets go of its timer. */
export function unpausedTimeout(
  ms: number,
  { pace, wait }: { pace: Pick<Pace, 'isPaused'>; wait: Wait },
): { signal: AbortSignal; end(): void } {
  const timeout = new AbortController();
  const over = new AbortController();
  const count = async () => {
    for (let leftMs = ms; leftMs > 0; ) {
      const nextMs = Math.min(leftMs, stepMs);
      await wait(nextMs, over.signal);
      if (over.signal.aborted) return;
      if (!pace.isPaused) leftMs -= nextMs;
    }
    timeout.abort();
  };
  void count();
  return { signal: timeout.signal, end: () => over.abort() };
}
