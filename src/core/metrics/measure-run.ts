import type { AccessSink } from '../access-log/access-sink.ts';
import { InlineBlocks } from '../access-log/inline-blocks.ts';
import type { LayoutChoice } from '../access-log/layout.ts';
import type { RejectedLine } from '../access-log/line-tally.ts';
import { logError, type OpenLog } from '../access-log/log-file.ts';
import { readLog } from '../access-log/read-log.ts';
import { ForesyncError } from '../errors.ts';
import type { AccessHistory } from '../history/access-history.ts';
import type { StateFile } from '../state/open.ts';
import { readRunPlan, recordMetrics, type StoredRun } from '../state/runs.ts';
import { printable } from '../text.ts';
import { JoinerLog } from './came-true.ts';
import { readStoredPlan } from './plan-text.ts';
import { type RunReport, reportOf } from './run-report.ts';

/** An access log of the joiner, opened when its turn comes and closed after it. */
export interface LogToMeasure {
  name: string;
  open(): Promise<OpenLog>;
}

/** What became of the lines of one log. */
export interface LogReading {
  name: string;
  events: number;
  rejected: number;
  firstRejects: RejectedLine[];
}

export interface MeasureOptions extends LayoutChoice {
  signal?: AbortSignal | undefined;
  logs: readonly LogToMeasure[];
  /** For what was known of the keys that were read without being planned. */
  history?: AccessHistory | undefined;
  /** Keeps what was measured. */
  keep: boolean;
  nowMs: number;
}

/**
 * Measures what came true of a run and, with `keep`, keeps it with the run, in place of an earlier measurement; an error on the way
 * leaves that one. Throws `run-unreadable` and `run-plan-broken` (kind `data`), and what reading the logs throws. May
 * be repeated, with a longer log.
 */
export async function measureRun(
  state: StateFile,
  run: StoredRun,
  options: MeasureOptions,
): Promise<{ report: RunReport; logs: LogReading[] }> {
  const { history, keep, nowMs, signal } = options;
  const { figures } = reportOf(run);
  if (!figures) {
    const message = `The figures of run ${printable(run.id)} are of another version of foresync.`;
    throw new ForesyncError('data', 'run-unreadable', message, {
      hint: 'Measure it with the version that made it.',
    });
  }
  const plan = readRunPlan(state, run.id);
  const joinerLog = await JoinerLog.against(figures, plan && (await readStoredPlan(plan)), signal);
  const logs: LogReading[] = [];
  for (const log of options.logs) logs.push(await pour(log, sinkOf(joinerLog), options));
  const metrics = joinerLog.result(nowMs, history, signal);
  if (keep) recordMetrics(state, run.id, metrics);
  return { report: reportOf({ ...run, metrics }), logs };
}

async function pour(
  { name, open }: LogToMeasure,
  sink: AccessSink,
  options: MeasureOptions,
): Promise<LogReading> {
  const log = await open();
  try {
    const { format, columns, keyPattern, pattern, signal } = options;
    const { tally } = await readLog(log, new InlineBlocks(sink), {
      format,
      columns,
      keyPattern,
      pattern,
      signal,
    });
    return { name, events: tally.events, rejected: tally.rejected, firstRejects: tally.firstRejects };
  } catch (error) {
    throw logError(name, error);
  } finally {
    await log.close();
  }
}

function sinkOf(log: JoinerLog): AccessSink {
  const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
  return {
    add(bytes, start, end, timeMs, isWrite) {
      let key: string;
      try {
        key = decoder.decode(bytes.subarray(start, end));
      } catch {
        return false;
      }
      log.take({ timeMs, key, read: !isWrite });
      return true;
    },
  };
}
