import type { LayoutChoice } from '../core/access-log/layout.ts';
import { listParameterChanges } from '../core/state/parameter-steps.ts';
import { listParameters } from '../core/state/parameters.ts';
import type { StoredRun } from '../core/state/runs.ts';
import { shortId } from '../core/text.ts';
import { logLines, withoutOwnLines } from '../ui/metrics-log.ts';
import { tuningLines } from '../ui/metrics-parameters.ts';
import { runDetails } from '../ui/metrics-run.ts';
import { askBuffers } from './asked-buffers.ts';
import { type Gate, judge } from './gate.ts';
import { measure } from './measuring.ts';
import { type MetricsContext, suggestNext } from './metrics-page.ts';
import { tuneRun } from './tune-run.ts';
import { numberChanges, toldTuning } from './tuning-json.ts';

const shownChanges = 10;

export interface ShowOptions extends LayoutChoice {
  /** Logs that the operator names. */
  logs: readonly string[];
  /** Undefined for the usual: where a log is named. */
  tune: boolean | undefined;
  dryRun: boolean;
  failUnder: number | undefined;
}

/** One run with all that is known of it, measured by what there is to measure it by. */
export async function showMetrics(
  context: MetricsContext,
  stored: StoredRun,
  { tune, failUnder, ...options }: ShowOptions,
): Promise<object> {
  const { state, brush, print, nowMs, signal } = context;
  const { logs: named, dryRun } = options;
  const {
    report: run,
    logs,
    withoutOwn,
    isKept,
  } = await measure(state, stored, { ...options, nowMs, signal });
  const wantsTuning = tune ?? named.length > 0;
  const tuning = wantsTuning
    ? await tuneRun(state, run, {
        ...{ logs: named, layout: options, nowMs, dryRun, isQuiet: context.json, signal },
        hasOwnLog: withoutOwn === undefined && logs.length > named.length,
      })
    : [];
  const { buffers, why } = await askBuffers(state, stored, run.figures, signal);
  print([
    ...['', ...runDetails(run, brush, buffers ?? why)],
    ...(withoutOwn ? withoutOwnLines(run, withoutOwn, brush) : []),
    ...logs.flatMap((log) => logLines(log, brush)),
  ]);
  const tuningTitle = dryRun ? 'What this run would tune' : 'Tuning by this run';
  if (tuning.length > 0)
    print(['', `  ${brush.paint('strong', tuningTitle)}`, ...tuningLines(tuning, brush)]);
  else if (wantsTuning) print(['', '  It tunes nothing: the run did not come to its good end.']);
  if (!dryRun && logs.length > 0 && !isKept)
    print(['', "  Not kept: what was measured by the joiner's own log stays in its place."]);
  if (dryRun) print(['', '  Nothing was kept or tuned.']);
  else suggestNext(context, run);
  const changes = listParameterChanges(state, { runId: run.id, limit: shownChanges });
  const gate: Gate | undefined =
    failUnder === undefined
      ? undefined
      : judge(failUnder, run.planHitRate, {
          what: 'The share of reads of planned keys',
          unknown: 'The reads of planned keys are not known yet: there is nothing to judge.',
          hint: `Measure it by the joiner's log: 'foresync metrics ${shortId(run.id)} --log FILE'.`,
        });
  return {
    dryRun,
    run,
    logs,
    notMeasured: withoutOwn?.message,
    buffers,
    buffersNotAsked: why?.message,
    tuning: tuning.map(toldTuning),
    parameters: listParameters(state),
    parameterChanges: numberChanges(changes),
    parameterSteps: changes,
    gate,
  };
}
