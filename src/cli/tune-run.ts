import { openHistory } from '../core/history/open-history.ts';
import type { RunReport } from '../core/metrics/run-report.ts';
import type { StateFile } from '../core/state/open.ts';
import { type Tuning, tuneByRun } from '../core/tuning/tune-by-run.ts';

/** What a run makes of the parameters. One that did not come to its good end tunes nothing: what is known of it is a part. */
export async function tuneRun(
  state: StateFile,
  run: RunReport,
  options: { nowMs: number; dryRun: boolean; signal: AbortSignal },
): Promise<Tuning[]> {
  const { figures, cameTrue, outcome } = run;
  if (!figures || outcome !== 'done') return [];
  return tuneByRun(state, run, { figures, cameTrue }, { ...options, history: openHistory(state) });
}
