import { type RunReport, reportOf } from '../core/metrics/run-report.ts';
import { compareRuns } from '../core/metrics/run-values.ts';
import type { StoredRun } from '../core/state/runs.ts';
import { columnsOf } from '../ui/columns-of.ts';
import { comparisonLines } from '../ui/metrics-compare.ts';
import type { MetricsContext } from './metrics-page.ts';

/** Two runs side by side. */
export function compareMetrics(
  { brush, print }: MetricsContext,
  runs: readonly [StoredRun, StoredRun],
): object {
  const both: [RunReport, RunReport] = [reportOf(runs[0]), reportOf(runs[1])];
  const values = compareRuns(...both);
  print(['', ...comparisonLines(both, values, brush, columnsOf(process.stdout))]);
  return { compared: both, values };
}
