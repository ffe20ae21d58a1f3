import { listParameterChanges } from '../core/state/parameter-steps.ts';
import { listParameters } from '../core/state/parameters.ts';
import { readRun } from '../core/state/runs.ts';
import { tuningHistoryLines } from '../ui/tune-page.ts';
import type { MetricsContext } from './metrics-page.ts';

const mostSteps = 100_000;

/** Every parameter over the runs and all steps, of one run alone where that is named. */
export function tuningHistory({ state, brush, print }: MetricsContext, run: string | undefined): object {
  const runId = run === undefined ? undefined : readRun(state, run).id;
  const changes = listParameterChanges(state, { runId, limit: mostSteps });
  print(['', ...tuningHistoryLines(changes, brush)]);
  return { parameters: listParameters(state), parameterSteps: changes };
}
