import type { Forecast } from '../forecast/forecast.ts';
import type { Candidates } from './candidates.ts';

/** Halvings that find a share to some 10^−12 of the horizon. */
const halvings = 40;

/** A forecast as the choice of keys sees it. */
export function candidatesOf(forecast: Forecast): Candidates {
  const { store, horizonMs, confidence, expectedReads, expectedWrites } = forecast;
  return {
    keys: store.names,
    confidence,
    expectedReads,
    expectedWrites,
    sizeBytes: store.sizeBytes,
    lastReadMs: store.lastReadMs,
    horizonMs,
    readShareBy: (ms) => shareBy(ms, forecast.intensity.timeOfShare),
  };
}

/** Turns the time of a share into the share of a time. */
function shareBy(ms: number, timeOfShare: (share: number) => number): number {
  if (ms >= timeOfShare(1)) return 1;
  let low = 0;
  let high = 1;
  for (let i = 0; i < halvings; i++) {
    const middle = (low + high) / 2;
    if (timeOfShare(middle) <= ms) low = middle;
    else high = middle;
  }
  return low;
}
