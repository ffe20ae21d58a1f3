import type { ArimaJob, Holdout } from './arima-judge.ts';
import { judgeInWorkers } from './arima-pool.ts';
import { type HotKey, holdouts, type StepGrid } from './hot-keys.ts';
import type { OnForecastProgress } from './progress.ts';

/** What ARIMA did; `ms` is wall time and the only figure that differs between runs. */
export interface ArimaReport {
  tried: number;
  /** Where it was nearer to what came than the decayed count. */
  used: number;
  /** Keys with too few reads to fit. */
  sparse: number;
  /** Fits that gave no usable forecast. */
  failed: number;
  /** The most frequent reason for failing. */
  failure: string | undefined;
  ms: number;
}

export interface ArimaStage {
  /** Share of the group's reads in the horizon, by the key's place in the scan. */
  shares: Map<number, number>;
  report: ArimaReport;
}

export interface ArimaStageOptions {
  steps: StepGrid;
  groupSeries: Float64Array;
  unconditionally: boolean;
  /** What was forecast for a key, `back` horizons before the last one: 1 is the latest window. */
  holdout(key: HotKey, back: number): Holdout;
  signal?: AbortSignal | undefined;
  onProgress?: OnForecastProgress | undefined;
}

/** Lets ARIMA compete for the hottest keys. */
export async function runArima(hot: HotKey[], options: ArimaStageOptions): Promise<ArimaStage> {
  const { steps, groupSeries, unconditionally, holdout, signal, onProgress } = options;
  const started = performance.now();
  const jobs = hot
    .filter((key) => unconditionally || key.earlierScores.length > 0)
    .map(
      (key): ArimaJob => ({
        id: key.index,
        series: key.series,
        groupSeries,
        horizonSteps: steps.horizonSteps,
        holdouts: unconditionally
          ? []
          : Array.from({ length: holdouts }, (_, i) => holdout(key, holdouts - i)),
        unconditionally,
      }),
    );
  const all = jobs.length;
  let done = 0;
  const onVerdict = () => onProgress?.({ step: 'arima', done: ++done, all });
  const verdicts = all > 0 ? await judgeInWorkers(jobs, { signal, onVerdict }) : [];
  const shares = new Map<number, number>();
  const failures = new Map<string, number>();
  for (const verdict of verdicts) {
    if (verdict.status === 'better') shares.set(verdict.id, verdict.share);
    if (verdict.status === 'failed') failures.set(verdict.reason, (failures.get(verdict.reason) ?? 0) + 1);
  }
  const [failure] = [...failures].sort((a, b) => b[1] - a[1]).map(([reason]) => reason);
  const failed = [...failures.values()].reduce((sum, count) => sum + count, 0);
  const sparse = verdicts.filter(({ status }) => status === 'sparse').length;
  const ms = Math.round(performance.now() - started);
  return { shares, report: { tried: jobs.length, used: shares.size, sparse, failed, failure, ms } };
}
