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
import { accessBlocks, ServedBlocks } from './joiner-blocks.ts';
import { peekedLog } from './peeked-log.ts';
import { readStoredPlan } from './plan-text.ts';
import { type RunReport, reportOf } from './run-report.ts';
import { isServedLog } from './served-reads.ts';

/** An access log of the joiner, opened when its turn comes and closed after it. */
export interface LogToMeasure {
  name: string;
  open(): Promise<OpenLog>;
}

/** What became of the lines of one log. */
export interface LogReading {
  name: string;
  /** The joiner wrote it while it answered reads, and says of each whether it hit. */
  isServed: boolean;
  events: number;
  rejected: number;
  firstRejects: RejectedLine[];
  /** It ends in the middle of a line, which is not counted. */
  isCut: boolean;
}

export interface MeasureOptions extends LayoutChoice {
  signal?: AbortSignal | undefined;
  logs: readonly LogToMeasure[];
  /** For what was known of keys before the plan's origin, and whether it is this table's keys that were read. */
  history?: AccessHistory | undefined;
  /** Keeps what was measured. */
  keep: boolean;
  nowMs: number;
}

/**
 * Measures what came true of a run and, with `keep`, keeps it with the run, in place of an earlier measurement; an error on the way
 * leaves that one. Logs that the joiner wrote itself go first, wherever they stand. Throws `run-unreadable`, `run-plan-broken`, `log-of-another-table` and
 * `log-of-another-time` (kind `data`), and what reading the logs throws. May be repeated, with a longer log.
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
  const joinerLog = await JoinerLog.against(figures, plan && (await readStoredPlan(plan)), {
    ...{ signal, nowMs },
  });
  const logs: LogReading[] = [];
  const opened: Opened[] = [];
  try {
    for (const log of options.logs) opened.push(await openedLog(log));
    const servedFirst = opened.toSorted((a, b) => Number(b.isServed) - Number(a.isServed));
    for (const log of servedFirst) {
      logs.push(await pour(log, joinerLog, options));
      joinerLog.endLog(log.name === '-' ? 'on standard input' : log.name);
    }
  } finally {
    for (const { log } of opened) await log.close();
  }
  const metrics = joinerLog.result(nowMs, history, signal);
  if (keep) recordMetrics(state, run.id, metrics);
  return { report: reportOf({ ...run, metrics }), logs };
}

interface Opened {
  name: string;
  log: OpenLog;
  isServed: boolean;
}

async function openedLog({ name, open }: LogToMeasure): Promise<Opened> {
  const opening = await open();
  try {
    const { head, log } = await peekedLog(opening);
    return { name, log, isServed: isServedLog(head) };
  } catch (error) {
    await opening.close();
    throw logError(name, error);
  }
}

async function pour(
  { name, log, isServed }: Opened,
  joinerLog: JoinerLog,
  { format, columns, keyPattern, pattern, signal }: MeasureOptions,
): Promise<LogReading> {
  try {
    const take = joinerLog.take.bind(joinerLog);
    let readBytes = 0;
    const onBytes = (count: number) => {
      readBytes += count;
    };
    const { tally, end, head } = isServed
      ? await readLog(log, new ServedBlocks(take), {
          format: 'jsonl',
          leavesOpenRecord: true,
          signal,
          onBytes,
        })
      : await readLog(log, accessBlocks(take), { format, columns, keyPattern, pattern, signal });
    const { events, rejected, firstRejects } = tally;
    const isCut = isServed && end.offset < Math.max(readBytes, head.length);
    return { name, isServed, events, rejected, firstRejects, isCut };
  } catch (error) {
    throw logError(name, error);
  }
}
