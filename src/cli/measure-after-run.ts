import { systemClock } from '../core/clock.ts';
import { messageOf } from '../core/errors.ts';
import type { CameTrue } from '../core/metrics/came-true.ts';
import { openState } from '../core/state/open.ts';
import { readRun } from '../core/state/runs.ts';
import { printable, shortId } from '../core/text.ts';
import { brushFor } from '../ui/metrics-paint.ts';
import { tuningLines } from '../ui/metrics-parameters.ts';
import { measuredLines } from '../ui/metrics-reads.ts';
import { measure } from './measuring.ts';
import { sameFiles } from './next-step.ts';
import { tuneRun } from './tune-run.ts';
import { type ToldTuning, toldTuning } from './tuning-json.ts';

/** A run has ended, and nobody is to wait long for what may be asked for later. */
const mostBytes = 256 * 1024 * 1024;
const mostMs = 60_000;
const tuningMs = 30_000;

/** What a run made of itself. */
export interface MeasuredItself {
  /** What came true, or why nothing could be measured, and what was tuned by it. */
  lines: string[];
  json: { cameTrue?: CameTrue | undefined; tuning?: ToldTuning[]; notMeasured?: string };
}

/**
 * Measures a run that served reads by the log of them, and tunes by it. Nothing that goes wrong here fails the run, which has done its work: it is told in the line.
 */
export async function measureAfterRun(stateFile: string, runId: string): Promise<MeasuredItself> {
  // The signal that ended following a joiner is the run's good end, and not that of this.
  const signal = AbortSignal.timeout(mostMs);
  const nowMs = systemClock.nowMs();
  try {
    const state = openState(stateFile);
    try {
      const stored = readRun(state, runId);
      const { report, withoutOwn } = await measure(state, stored, {
        logs: [],
        dryRun: false,
        nowMs,
        signal,
        mostBytes,
      });
      if (withoutOwn) return failed(withoutOwn, stateFile, runId);
      const tuning = await tuneRun(state, report, {
        ...{ nowMs, dryRun: false, budgetMs: tuningMs, hasOwnLog: true, isQuiet: true, signal },
      });
      const steps = tuning.filter((step) => step.new !== undefined);
      const brush = brushFor(process.argv, process.env);
      return {
        lines: [...measuredLines(report), ...tuningLines(steps, brush)],
        json: { cameTrue: report.cameTrue, tuning: tuning.map(toldTuning) },
      };
    } finally {
      state.close();
    }
  } catch (error) {
    return failed(error, stateFile, runId);
  }
}

function failed(error: unknown, stateFile: string, runId: string): MeasuredItself {
  const again = `foresync metrics ${shortId(runId)}${sameFiles({ state: stateFile })}`;
  const why = messageOf(error);
  return {
    lines: [`How reads went was not measured: ${printable(why, 400)} '${again}' does it.`],
    json: { notMeasured: why },
  };
}
