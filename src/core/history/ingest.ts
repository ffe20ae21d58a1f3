import { randomInt } from 'node:crypto';
import { Readable } from 'node:stream';
import type { Role } from '../access-log/columns.ts';
import type { Compression } from '../access-log/compression.ts';
import type { EventTimesData } from '../access-log/event-times.ts';
import type { LocatedLog } from '../access-log/find-logs.ts';
import type { LayoutChoice, LogFormat } from '../access-log/layout.ts';
import type { RejectedLine } from '../access-log/line-tally.ts';
import { logError, type OpenLog, openLogFile, openStream } from '../access-log/log-file.ts';
import { type ReadLogResult, readLog } from '../access-log/read-log.ts';
import type { Clock } from '../clock.ts';
import { ForesyncError } from '../errors.ts';
import type { StateFile } from '../state/open.ts';
import { printable } from '../text.ts';
import { AccessBatch, type BatchLimits } from './access-batch.ts';
import { HistoryWriter } from './history-writer.ts';
import { KnownLogs } from './known-logs.ts';
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
  clock?: Clock | undefined;
  /** Leave a last record without its end for a later run: its rest may be on its way. */
  leavesOpenRecord?: boolean | undefined;
  onProgress?: ((progress: IngestProgress) => void) | undefined;
  /** For tests: how much is counted in memory before it is stored. */
  limits?: BatchLimits | undefined;
}

export interface IngestProgress {
  path: string;
  /** All so far, over all files. */
  events: number;
  bytes: number;
}

/** What became of one log. `lines` is `eventLines + rejected + ignored`. */
export interface LogReport {
  path: string;
  replica: string;
  /** Undefined where nothing (new) was there. */
  format: LogFormat | undefined;
  compression: Compression;
  /** The column or field that each role was taken from. */
  columns: Partial<Record<Role, string>>;
  lines: number;
  events: number;
  /** Lines that gave events: one line may give several. */
  eventLines: number;
  rejected: number;
  /** Headers, blank lines, comments, operations that neither read nor write, and what a pattern did not match. */
  ignored: number;
  /** How many of those are headers. */
  headers: number;
  /** How many of those a pattern did not match. */
  unmatched: number;
  /** The first five. */
  rejects: RejectedLine[];
  /** What the times of its events say: their order, their units, and whether they lie in the future. */
  times: EventTimesData;
  /** Bytes that this run read, after decompression. */
  bytes: number;
  /** 'new' is read from its start, 'grown' from where an earlier run ended, 'unchanged' and 'empty' give nothing. */
  state: 'new' | 'grown' | 'unchanged' | 'empty';
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
    const run = new IngestRun(writer, known, bucketMs, options);
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
  readonly #writer: HistoryWriter;
  readonly #known: KnownLogs;
  readonly #options: IngestOptions;
  readonly #batch: AccessBatch;
  #replica: string | undefined;
  #bytes = 0;
  #events = 0;

  constructor(writer: HistoryWriter, known: KnownLogs, bucketMs: number, options: IngestOptions) {
    this.#writer = writer;
    this.#known = known;
    this.#options = options;
    this.#batch = new AccessBatch(bucketMs, randomInt(2 ** 31), () => this.finish(), options.limits);
  }

  async read(input: LogInput): Promise<void> {
    if (input.replica !== this.#replica) this.finish();
    this.#replica = input.replica;
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

  /** Stores what was counted. */
  finish(): void {
    if (this.#replica !== undefined) this.#writer.store(this.#replica, this.#batch);
    this.#batch.clear();
  }

  async #readOpen(log: OpenLog, input: LogInput): Promise<LogReport> {
    const { format, columns, keyPattern, pattern, strict, signal, clock, leavesOpenRecord, onProgress } =
      this.#options;
    const start = this.#bytes;
    const read = await readLog(log, this.#batch, {
      format,
      columns,
      keyPattern,
      pattern,
      signal,
      clock,
      leavesOpenRecord,
      known: (identity, head) => this.#known.find(input.replica, identity, head),
      onReject: strict ? (line) => refuseLine(input.path, line) : undefined,
      onBytes: (count) => {
        this.#bytes += count;
        onProgress?.({ path: input.path, events: this.#events, bytes: this.#bytes });
      },
    });
    if (log.identity && read.end.offset > 0) {
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
    times: tally.times.data(),
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
