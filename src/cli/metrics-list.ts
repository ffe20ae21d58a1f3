import { isOwnLogDue } from '../core/metrics/own-log.ts';
import { type RunReport, reportOf } from '../core/metrics/run-report.ts';
import { trendsOf } from '../core/metrics/run-trend.ts';
import { listParameterChanges } from '../core/state/parameter-steps.ts';
import { listParameters } from '../core/state/parameters.ts';
import { frameFor } from '../ui/analyze/page-frame.ts';
import { formatCounted } from '../ui/format.ts';
import { withoutOwnLines } from '../ui/metrics-log.ts';
import { parameterLines } from '../ui/metrics-parameters.ts';
import { runsTable } from '../ui/metrics-table.ts';
import { trendLines } from '../ui/metrics-trend.ts';
import { begunRuns } from './begun-runs.ts';
import { measure } from './measuring.ts';
import { type MetricsContext, suggestNext } from './metrics-page.ts';
import { numberChanges } from './tuning-json.ts';

const shownChanges = 10;
/** All of them are on the page of --tuning. */
const listedChanges = 3;

/** Past runs with their trend, and the parameters of the next plan. Undefined where there are none. The newest join is measured by its own log, if that was not done. */
export async function listMetrics(
  context: MetricsContext,
  { limit, dryRun }: { limit: number; dryRun: boolean },
): Promise<object | undefined> {
  const { state, brush, print } = context;
  const { runs: stored, tries } = begunRuns(state, { limit });
  if (stored.length === 0) return undefined;
  const reports = stored.map(reportOf);
  const due = reports.findIndex(({ command }) => command === 'add-replica');
  const { [due]: dueRun } = stored;
  const unmeasured: string[] = [];
  if (dueRun && isOwnLogDue(reports[due] as RunReport)) {
    const { report, withoutOwn } = await measure(state, dueRun, { ...context, logs: [], dryRun });
    reports[due] = report;
    if (withoutOwn) unmeasured.push(...withoutOwnLines(report, withoutOwn, brush));
  }
  const parameters = listParameters(state);
  const changes = listParameterChanges(state, { limit: shownChanges });
  const trends = trendsOf(reports);
  const left = `Not listed: ${formatCounted(tries, 'try', 'tries')} that ended before anything had begun.`;
  print([
    ...['', ...runsTable(reports, brush), ...(tries === 0 ? [] : [`  ${brush.paint('quiet', left)}`])],
    ...unmeasured,
    ...trendLines(trends, frameFor(brush, process.stdout.columns)),
    ...['', ...parameterLines(parameters, changes.slice(0, listedChanges), brush)],
  ]);
  const newest = reports.find(({ command }) => command === 'add-replica');
  if (newest) suggestNext(context, newest);
  return {
    ...{ runs: reports, trends, parameters },
    ...{ parameterChanges: numberChanges(changes), parameterSteps: changes },
  };
}
