import { randomInt } from 'node:crypto';
import { once } from 'node:events';
import type { LocatedLog } from '../access-log/find-logs.ts';
import { systemClock } from '../clock.ts';
import { ForesyncError, messageOf, systemCodeOf } from '../errors.ts';
import type { StateFile } from '../state/open.ts';
import { storeWatermark } from './clickhouse/watermarks.ts';
import { defaultLimits } from './counting/access-batch.ts';
import { CounterPool } from './counting/counter-pool.ts';
import { TableSpill } from './counting/table-spill.ts';
import { dropEarlierRows, hasEarlierRows, spillEarlierRows } from './earlier-rows.ts';
import { HistoryWriter } from './history-writer.ts';
import { defaultMaxKeys, type IngestOptions } from './ingest-options.ts';
import { IngestRun } from './ingest-run.ts';
import { KnownLogs } from './known-logs.ts';
import type { LogReport } from './log-report.ts';
import { openHistory } from './open-history.ts';
import { ReadingProgress } from './reading-progress.ts';
import type { TrafficProfile } from './traffic/profile.ts';
import { loadProfile, refreshProfile } from './traffic-profile.ts';

/** One log to read. The path `-` is standard input; what is elsewhere than at a path of this machine says how it is opened. */
export type LogInput = LocatedLog;

export interface IngestReport {
  files: LogReport[];
  /** Of the whole history after this run; undefined while it is empty. */
  profile: TrafficProfile | undefined;
}

/**
 * Reads logs into the access history, all or nothing: where one cannot be read, or the signal trips, the history stays as it was. What an
 * earlier run read of a file is not read again; standard input is always new. Memory is bounded whatever the logs' size.
 */
export async function ingestLogs(
  state: StateFile,
  inputs: readonly LogInput[],
  options: IngestOptions,
): Promise<IngestReport> {
  const { bucketMs } = openHistory(state);
  const replicas = [...new Set(inputs.map(({ replica }) => replica))];
  const writer = new HistoryWriter(state.db, bucketMs, replicas);
  const spillPath = `${state.path}-spill-${process.pid}-${randomInt(2 ** 31)}`;
  const pool = new CounterPool({
    bucketMs,
    seed: randomInt(2 ** 31),
    spillPath,
    clock: options.clock ?? systemClock,
    limits: options.limits ?? defaultLimits,
    threads: options.threads,
    handedOverBytes: options.blockBytes,
    inlineBytes: options.inlineBytes,
  });
  const tables = new TableSpill({ bucketMs, spillPath: `${spillPath}-table`, ranges: pool.ranges });
  try {
    const known = options.rebuild ? new KnownLogs([]) : KnownLogs.load(state.db);
    const parts = { db: state.db, bucketMs, pool, tables, known };
    const run = new IngestRun(parts, options, new ReadingProgress(inputs));
    for (const input of inputsByReplica(inputs)) await run.read(input);
    if (options.rebuild) writer.clearHistory();
    if (hasEarlierRows(state.db)) {
      writer.begin();
      spillEarlierRows(state.db, tables);
      dropEarlierRows(state.db);
    }
    const counted = { batches: [...(await pool.finish()), ...tables.batches], cold: tables.cold };
    await writer.store(counted, {
      ranges: pool.ranges,
      maxKeys: options.maxKeys ?? defaultMaxKeys,
      merge: (task, db, outputs) => unlessAborted(pool.merge(task, db, outputs), options.signal),
    });
    if (known.hasNews || run.marks.length > 0) writer.begin();
    known.store(state.db);
    for (const mark of run.marks) storeWatermark(state.db, mark);
    const profile = writer.hasChanges ? refreshProfile(state.db) : loadProfile(state.db);
    writer.commit();
    return { files: run.files, profile: profile.events > 0 ? profile : undefined };
  } catch (error) {
    throw storeError(error);
  } finally {
    await pool.close();
    tables.close();
    writer.rollback();
  }
}

/** Rejects as soon as the signal trips; what runs on is ended with the pool. */
async function unlessAborted<T>(running: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (!signal) return running;
  const watch = new AbortController();
  const aborted = once(signal, 'abort', { signal: watch.signal }).then(() => signal.throwIfAborted());
  aborted.catch(() => undefined);
  try {
    signal.throwIfAborted();
    return (await Promise.race([running, aborted])) as T;
  } finally {
    watch.abort();
  }
}

/** Keeps one replica's logs together, so that they are counted in one batch. */
function inputsByReplica(inputs: readonly LogInput[]): LogInput[] {
  const groups = Map.groupBy(inputs, (input) => input.replica);
  return [...groups.values()].flat();
}

/** Puts a state file that cannot be written into words. */
function storeError(error: unknown): unknown {
  const code = systemCodeOf(error) ?? '';
  if (!code.startsWith('SQLITE_FULL') && !code.startsWith('SQLITE_IOERR')) return error;
  const message = `The state file cannot be written: ${messageOf(error)}; nothing of this run was kept.`;
  return new ForesyncError('io', 'state-full', message, {
    hint: 'Make room on its disk: a run needs up to twice the size of the history.',
    cause: error,
  });
}
