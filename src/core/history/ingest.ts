import { randomInt } from 'node:crypto';
import { Readable } from 'node:stream';
import type { LocatedLog } from '../access-log/find-logs.ts';
import type { LayoutChoice } from '../access-log/layout.ts';
import type { RejectedLine } from '../access-log/line-tally.ts';
import { logError, type OpenLog, openLogFile, openStream } from '../access-log/log-file.ts';
import { type ReadLogResult, readLog } from '../access-log/read-log.ts';
import { ForesyncError } from '../errors.ts';
import { isTableLog } from '../group/table-log.ts';
import type { StateDatabase, StateFile } from '../state/open.ts';
import { printable } from '../text.ts';
import { AccessBatch, type BatchLimits } from './access-batch.ts';
import { ingestTable } from './clickhouse/ingest-table.ts';
import type { RowProgress } from './clickhouse/pass-progress.ts';
import type { PartLimits } from './clickhouse/slices.ts';
import { HistoryWriter } from './history-writer.ts';
import { KnownLogs } from './known-logs.ts';
import type { LogReport } from './log-report.ts';
import { openHistory } from './open-history.ts';
import { loadProfile, refreshProfile, type TrafficProfile } from './traffic-profile.ts';

/** One log to read. The path `-` is standard input; what is elsewhere than at a path of this machine says how it is opened. */
export type LogInput = LocatedLog;

export interface IngestOptions extends LayoutChoice {
  /** End with a `data` error at the first line that cannot be read. */
  strict?: boolean | undefined;
  /** Forget what was read before. */
  rebuild?: boolean | undefined;
  stdin?: AsyncIterable<Buffer> | undefined;
  signal?: AbortSignal | undefined;
  onProgress?: ((progress: IngestProgress) => void) | undefined;
  /** Of a table at ClickHouse so many keys are kept, those with the most reads; the others are summed up in a sketch. */
  maxKeys?: number | undefined;
  /** For ClickHouse. */
  password?: string | undefined;
  /** For tests: how much ClickHouse counts in one query. */
  partLimits?: PartLimits | undefined;
  /** For tests: how much is counted in memory before it is stored. */
  limits?: BatchLimits | undefined;
}

export const defaultMaxKeys = 2_000_000;

export interface IngestProgress {
  path: string;
  /** All so far, over all files. */
  events: number;
  bytes: number;
  /** While a table is read. */
  table?: RowProgress;
}

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
  const writer = new HistoryWriter(state.db, bucketMs);
  state.db.pragma('cache_size = -65536');
  try {
    if (options.rebuild) writer.clearHistory();
    const known = options.rebuild ? new KnownLogs([]) : KnownLogs.load(state.db);
    const run = new IngestRun(state.db, writer, known, bucketMs, options);
    for (const input of inputsByReplica(inputs)) await run.read(input);
    run.finish();
    if (known.hasNews) writer.begin();
    known.store(state.db);
    const profile = writer.hasChanges ? refreshProfile(state.db) : loadProfile(state.db);
    writer.commit();
    return { files: run.files, profile: profile && profile.events > 0 ? profile : undefined };
  } finally {
    writer.rollback();
  }
}

/** Keeps one replica's logs together, so that they are counted in one batch. */
function inputsByReplica(inputs: readonly LogInput[]): LogInput[] {
  const groups = Map.groupBy(inputs, (input) => input.replica);
  return [...groups.values()].flat();
}

class IngestRun {
  readonly files: LogReport[] = [];
  readonly #db: StateDatabase;
  readonly #bucketMs: number;
  readonly #writer: HistoryWriter;
  readonly #known: KnownLogs;
  readonly #options: IngestOptions;
  readonly #batch: AccessBatch;
  #replica: string | undefined;
  #bytes = 0;
  #events = 0;

  constructor(
    db: StateDatabase,
    writer: HistoryWriter,
    known: KnownLogs,
    bucketMs: number,
    options: IngestOptions,
  ) {
    this.#db = db;
    this.#bucketMs = bucketMs;
    this.#writer = writer;
    this.#known = known;
    this.#options = options;
    this.#batch = new AccessBatch(bucketMs, randomInt(2 ** 31), () => this.finish(), options.limits);
  }

  async read(input: LogInput): Promise<void> {
    if (input.replica !== this.#replica) this.finish();
    this.#replica = input.replica;
    if (isTableLog(input.path)) return this.#readTable(input);
    let log: OpenLog | undefined;
    try {
      const { stdin = Readable.from([]), signal } = this.#options;
      if (input.open) log = input.open(signal);
      else log = input.path === '-' ? await openStream(stdin, signal) : await openLogFile(input.path, signal);
      const read = await this.#readOpen(log, input);
      this.files.push(read);
      this.#events += read.events;
    } catch (error) {
      throw logError(input.path === '-' ? 'standard input' : input.path, error);
    } finally {
      await log?.close();
    }
  }

  async #readTable(input: LogInput): Promise<void> {
    this.finish();
    const { maxKeys = defaultMaxKeys, partLimits, onProgress, ...options } = this.#options;
    const read = await ingestTable(this.#db, this.#writer, input, {
      ...options,
      maxKeys,
      limits: partLimits,
      bucketMs: this.#bucketMs,
      onRows:
        onProgress &&
        ((table) => onProgress({ path: input.path, events: this.#events, bytes: this.#bytes, table })),
    });
    this.files.push(read);
    this.#events += read.events;
    this.#bytes += read.bytes;
  }

  /** Stores what was counted. */
  finish(): void {
    if (this.#replica !== undefined) this.#writer.store(this.#replica, this.#batch);
    this.#batch.clear();
  }

  async #readOpen(log: OpenLog, input: LogInput): Promise<LogReport> {
    const { format, columns, keyPattern, pattern, strict, signal, onProgress } = this.#options;
    const start = this.#bytes;
    const read = await readLog(log, this.#batch, {
      format,
      columns,
      keyPattern,
      pattern,
      signal,
      known: (identity, head) => this.#known.find(input.replica, identity, head),
      onReject: strict ? (line) => refuseLine(input.path, line) : undefined,
      onBytes: (count) => {
        this.#bytes += count;
        onProgress?.({ path: input.path, events: this.#events, bytes: this.#bytes });
      },
    });
    if (log.identity && read.head.length > 0) {
      this.#known.remember(input.replica, input.path, log.identity, read);
    }
    return reportOf(input, log, read, this.#bytes - start);
  }
}

function reportOf(input: LogInput, log: OpenLog, read: ReadLogResult, bytes: number): LogReport {
  const { tally, layout } = read;
  return {
    path: input.path,
    replica: input.replica,
    format: layout?.format,
    compression: log.compression,
    columns: layout?.names ?? {},
    lines: tally.lines,
    events: tally.events,
    eventLines: tally.eventLines,
    rejected: tally.rejected,
    ignored: tally.ignored,
    headers: tally.headers,
    unmatched: tally.unmatched,
    rejects: tally.firstRejects,
    bytes,
    state:
      read.head.length === 0
        ? 'empty'
        : read.fromByte === 0
          ? 'new'
          : tally.lines > 0
            ? 'grown'
            : 'unchanged',
  };
}

function refuseLine(path: string, { line, reason }: RejectedLine): never {
  throw new ForesyncError('data', 'log-line', `${printable(path)}, line ${line}: ${reason}.`, {
    hint: 'Without --strict such lines are counted and passed over.',
  });
}
