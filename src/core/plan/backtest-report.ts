import type { Forecast } from '../forecast/forecast.ts';
import type { ModelScore } from '../forecast/report.ts';

/** What every model would have been worth on earlier windows of the history. */
export interface BacktestReport {
  /** ISO 8601, UTC; all windows end before it. */
  origin: string;
  horizonMs: number;
  windows: number;
  knownKeys: number;
  /** Keys of the plan that models were judged at: as many as its budgets and its threshold let in, as far as that was known beforehand. */
  judgedKeys: number;
  judgedBy: 'time' | 'keys';
  /** Best first; empty where the history is too short for a single window. */
  models: ModelScore[];
  chosen: ModelScore | undefined;
  /** The one that served most of frequency, recency and the decayed counts, in hindsight. */
  bestSimple: ModelScore | undefined;
  /** How much more the chosen one served, in shares of all reads; absent where nothing could be tested. */
  lead: { overBestSimple: number; overFrequency: number } | undefined;
}

const simple = new Set(['frequency', 'recency', 'decay']);

export function reportBacktest({ originMs, horizonMs, store, report }: Forecast): BacktestReport {
  const { models } = report;
  const chosen = models.find((score) => score.chosen);
  const bestSimple = models.find(({ model }) => simple.has(model));
  const frequency = models.find(({ model }) => model === 'frequency');
  return {
    origin: new Date(originMs).toISOString(),
    horizonMs,
    windows: report.backtestWindows,
    knownKeys: store.keys,
    judgedKeys: Math.max(1, Math.round(report.judgedShare * store.keys)),
    judgedBy: report.judgedBy,
    models,
    chosen,
    bestSimple,
    lead:
      chosen && bestSimple && frequency
        ? {
            overBestSimple: chosen.served - bestSimple.served,
            overFrequency: chosen.served - frequency.served,
          }
        : undefined,
  };
}
