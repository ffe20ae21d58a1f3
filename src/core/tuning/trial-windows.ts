import type { TrialWindow } from './join-trial.ts';

const dayMs = 86_400_000;
const mostWindows = 3;
/** Of the history before the run, so much stays for the earliest window's forecast to be made of. */
const leftForForecast = 1 / 2;

/**
 * Windows before a run that look like it: as long, each with a plan as old when it begins. At the same time of day where the history is long enough for
 * that; none where it is too short for any. None reaches into the run's own time.
 */
export function windowsBefore(
  { originMs, startMs }: TrialWindow,
  { spanMs, firstMs }: { spanMs: number; firstMs: number },
): TrialWindow[] {
  const needMs = startMs - originMs + spanMs;
  const roomMs = (originMs - firstMs) * (1 - leftForForecast);
  const days = dayMs * Math.max(1, Math.ceil(needMs / dayMs));
  for (let count = mostWindows; count > 0; count--) {
    const apartMs = days * count <= roomMs ? days : roomMs / count;
    if (apartMs < needMs || apartMs <= 0) continue;
    return Array.from({ length: count }, (_, n) => {
      const backMs = Math.round((n + 1) * apartMs);
      return { originMs: originMs - backMs, startMs: startMs - backMs, untilMs: startMs - backMs + spanMs };
    });
  }
  return [];
}
