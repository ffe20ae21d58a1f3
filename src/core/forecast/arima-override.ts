import type { Holdout } from './arima-judge.ts';
import { type ArimaReport, runArima } from './arima-stage.ts';
import { foldVolume, type HotKey, holdouts, type StepGrid } from './hot-keys.ts';
import { type KeyFigures, type KeyRates, logShareOfScore, setExpectedReads } from './key-rates.ts';
import type { OnForecastProgress } from './progress.ts';
import { expectedReads } from './rate-fit.ts';
import type { Scan } from './scan.ts';
import type { TimeGrid } from './time-grid.ts';

/** Two windows are a weak proof: ARIMA moves what the decayed count expects half of the way, and no further than this. */
const furthest = 1.5;

export interface OverrideSource {
  scan: Scan;
  grid: TimeGrid;
  steps: StepGrid;
  rates: KeyRates;
  /** Index of the half-life in use. */
  chosen: number;
  /** Take what ARIMA says as it is, for every hot key that it fits. */
  unconditionally: boolean;
  signal?: AbortSignal | undefined;
  onProgress?: OnForecastProgress | undefined;
}

/** Puts ARIMA's figures in place of the decayed counts' for those hot keys where the backtest speaks for them. */
export async function overrideByArima(figures: KeyFigures, source: OverrideSource): Promise<ArimaReport> {
  const { scan, grid, steps, rates, unconditionally, signal, onProgress } = source;
  const { shares, report } = await runArima(scan.hot.list(), {
    steps,
    groupSeries: foldVolume(scan.volume, grid, steps),
    unconditionally,
    holdout: (key, back) => holdoutOf(key, back, source),
    signal,
    onProgress,
  });
  for (const [index, share] of shares) {
    const reads = share * rates.volume * rates.horizonScale;
    const decayed = figures.expectedReads[index]!;
    figures.byArima[index] = 1;
    setExpectedReads(figures, index, unconditionally ? reads : temper(reads, decayed), rates);
  }
  return report;
}

/** What volume and decayed count said of a hot key `back` horizons before the last one. */
function holdoutOf(key: HotKey, back: number, { scan, grid, rates, chosen }: OverrideSource): Holdout {
  const origin = grid.origins.length - back;
  const score = key.earlierScores[(holdouts - back) * scan.scores.length + chosen]!;
  const logShare = logShareOfScore(score, scan.histograms[chosen]![origin]!.scoreSum);
  const volume = rates.volumeAt(grid.origins[origin]!);
  return { volume, rival: expectedReads(rates.fit, logShare, volume) };
}

function temper(reads: number, decayed: number): number {
  return Math.min(decayed * furthest, Math.max(decayed / furthest, Math.sqrt(reads * decayed)));
}
