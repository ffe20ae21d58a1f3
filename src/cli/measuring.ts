import type { LayoutChoice } from '../core/access-log/layout.ts';
import { openLogFile, openStream } from '../core/access-log/log-file.ts';
import { ForesyncError } from '../core/errors.ts';
import { openHistory } from '../core/history/open-history.ts';
import { type LogReading, type LogToMeasure, measureRun } from '../core/metrics/measure-run.ts';
import { isOwnLogDue, ownLogOf } from '../core/metrics/own-log.ts';
import { type RunReport, reportOf } from '../core/metrics/run-report.ts';
import type { StateFile } from '../core/state/open.ts';
import type { StoredRun } from '../core/state/runs.ts';

export interface MeasuringOptions extends LayoutChoice {
  /** Files that the operator names, '-' for standard input. */
  logs: readonly string[];
  dryRun: boolean;
  nowMs: number;
  signal: AbortSignal;
  /** Of the joiner's own log; a larger one is left to be measured when it is asked for. */
  mostBytes?: number;
}

export interface Measured {
  report: RunReport;
  logs: LogReading[];
  /** Why the joiner's own log was not measured. */
  withoutOwn: ForesyncError | undefined;
  /** It was kept with the run. */
  isKept: boolean;
}

/**
 * Measures a run by the log that its joiner wrote, taken from its host, and by those that the operator names. Where the joiner's own cannot be had, the others are measured alone, and
 * kept unless that would take the place of what was measured by it. Throws what `measureRun` does of logs that were named. With nothing to measure by, it gives what is
 * known.
 */
export async function measure(
  state: StateFile,
  stored: StoredRun,
  options: MeasuringOptions,
): Promise<Measured> {
  const { logs: names, dryRun, signal, mostBytes } = options;
  const before = reportOf(stored);
  const named = names.map(toMeasure);
  const own =
    names.length > 0 || isOwnLogDue(before)
      ? ownLogOf(before, { signal, ...(mostBytes === undefined ? {} : { mostBytes }) })
      : undefined;
  const by = async (logs: LogToMeasure[], keep: boolean) => ({
    ...(await measureRun(state, stored, { ...options, logs, history: openHistory(state), keep })),
    isKept: keep,
  });
  if (!own) {
    if (named.length === 0) return { report: before, logs: [], withoutOwn: undefined, isKept: false };
    return { ...(await by(named, !dryRun)), withoutOwn: undefined };
  }
  try {
    const opened = await own.open();
    const first = { name: own.name, open: async () => opened };
    return { ...(await by([first, ...named], !dryRun)), withoutOwn: undefined };
  } catch (error) {
    if (!(error instanceof ForesyncError) || signal.aborted) throw error;
    if (named.length === 0) return { report: before, logs: [], withoutOwn: error, isKept: false };
    const wasMeasured = (before.cameTrue?.replica.measured?.reads ?? 0) > 0;
    return { ...(await by(named, !dryRun && !wasMeasured)), withoutOwn: error };
  }
}

function toMeasure(file: string): LogToMeasure {
  return { name: file, open: () => (file === '-' ? openStream(process.stdin) : openLogFile(file)) };
}
