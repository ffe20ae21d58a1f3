import type { PanelForecast, PanelReport } from '../panel/panel.ts';
import type { FitResult } from './fit-job.ts';
import { centralInterval } from './interval.ts';

/** Of one key: expected reads of each step that follows, and the variance of all of them together. */
export interface RowForecast {
  expected: Float64Array;
  variance: number;
}

/** Puts the keys' forecasts into one; keys without one get NaN. */
export function forecastOfRows(
  rows: (RowForecast | undefined)[],
  horizonSteps: number,
  report: PanelReport,
): PanelForecast {
  const expected = new Float32Array(rows.length * horizonSteps).fill(Number.NaN);
  const low = new Float32Array(rows.length).fill(Number.NaN);
  const high = new Float32Array(rows.length).fill(Number.NaN);
  for (const [key, row] of rows.entries()) {
    if (row === undefined) continue;
    expected.set(row.expected, key * horizonSteps);
    const interval = centralInterval(
      row.expected.reduce((sum, reads) => sum + reads, 0),
      row.variance,
    );
    low[key] = interval.low;
    high[key] = interval.high;
  }
  return { horizonSteps, expected, low, high, report };
}

export function reportOfFits(results: FitResult[], workUnits: number, skipped: number): PanelReport {
  const reasons = new Map<string, number>();
  let failed = 0;
  for (const result of results) {
    if (result.status !== 'failed') continue;
    failed++;
    reasons.set(result.reason, (reasons.get(result.reason) ?? 0) + 1);
  }
  const failure = [...reasons].sort((a, b) => b[1] - a[1])[0]?.[0];
  return { fitted: results.length, failed, failure, workUnits, skipped };
}
