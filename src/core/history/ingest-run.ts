import { Readable } from 'node:stream';
import type { LocatedLog } from '../access-log/find-logs.ts';
import type { RejectedLine } from '../access-log/line-tally.ts';
import { logError, type OpenLog, openLogFile, openStream } from '../access-log/log-file.ts';
import { readLog } from '../access-log/read-log.ts';
import { ForesyncError } from '../errors.ts';
import { isTableLog } from '../group/table-log.ts';
import type { StateDatabase } from '../state/open.ts';
import { printable } from '../text.ts';
import type { TableMark } from './clickhouse/watermarks.ts';
import type { CounterPool } from './counting/counter-pool.ts';
import type { TableSpill } from './counting/table-spill.ts';
import { defaultMaxKeys, type IngestOptions, type IngestProgress } from './ingest-options.ts';
import type { KnownLogs } from './known-logs.ts';
import { type LogReport, reportOf } from './log-report.ts';
import type { ReadingProgress } from './reading-progress.ts';

/** What a run reads with. */
export interface RunParts {
  db: StateDatabase;
  bucketMs: number;
  pool: CounterPool;
  tables: TableSpill;
  known: KnownLogs;
}

/** Reads logs one after the other, and has their events counted. Nothing is stored yet. */
export class IngestRun {
  readonly files: LogReport[] = [];
  readonly marks: TableMark[] = [];
  readonly #parts: RunParts;
  readonly #options: IngestOptions;
  readonly #progress: ReadingProgress;
  #bytes = 0;
  #events = 0;

  constructor(parts: RunParts, options: IngestOptions, progress: ReadingProgress) {
    this.#parts = parts;
    this.#options = options;
    this.#progress = progress;
  }

  async read(input: LocatedLog): Promise<void> {
    if (isTableLog(input.path)) return this.#readTable(input);
    this.#parts.pool.replica = input.replica;
    let log: OpenLog | undefined;
    try {
      const { stdin = Readable.from([]), signal } = this.#options;
      if (input.open) log = input.open(signal);
      else log = input.path === '-' ? await openStream(stdin, signal) : await openLogFile(input.path, signal);
      this.#progress.begin(log);
      const read = await this.#readOpen(log, input);
      this.#progress.end();
      this.files.push(read);
      this.#events += read.events;
    } catch (error) {
      throw logError(input.path === '-' ? 'standard input' : input.path, error);
    } finally {
      await log?.close();
    }
  }

  async #readTable(input: LocatedLog): Promise<void> {
    // Who reads files alone need not wait for all that this imports.
    const { ingestTable } = await import('./clickhouse/ingest-table.ts');
    const { db, bucketMs, tables } = this.#parts;
    const { maxKeys = defaultMaxKeys, partLimits, rebuild, onProgress, ...options } = this.#options;
    const { report, mark } = await ingestTable(db, tables.of(input.replica), input, {
      ...options,
      maxKeys,
      isAnew: rebuild,
      limits: partLimits,
      bucketMs,
      onRows: onProgress && ((table) => onProgress({ ...this.#now(input), table })),
    });
    this.files.push(report);
    if (mark) this.marks.push(mark);
    this.#events += report.events;
    this.#bytes += report.bytes;
  }

  #now({ path }: LocatedLog): IngestProgress {
    return { path, events: this.#events, bytes: this.#bytes, ...this.#progress.now() };
  }

  async #readOpen(log: OpenLog, input: LocatedLog): Promise<LogReport> {
    const { format, columns, keyPattern, pattern, strict, signal, leavesOpenRecord, onProgress } =
      this.#options;
    const start = this.#bytes;
    const { pool, known } = this.#parts;
    const read = await readLog(log, pool, {
      format,
      columns,
      keyPattern,
      pattern,
      signal,
      leavesOpenRecord,
      known: (identity, head) => {
        const before = known.find(input.replica, identity, head);
        if (before && log.compression === 'none') this.#progress.skip(before.offset);
        return before;
      },
      onReject: strict ? (line) => refuseLine(input.path, line) : undefined,
      onBytes: (count) => {
        this.#bytes += count;
        onProgress?.(this.#now(input));
      },
    });
    if (log.identity && read.end.offset > 0) known.remember(input.replica, input.path, log.identity, read);
    return reportOf(input, log, read, this.#bytes - start);
  }
}

function refuseLine(path: string, { line, reason }: RejectedLine): never {
  throw new ForesyncError('data', 'log-line', `${printable(path)}, line ${line}: ${reason}.`, {
    hint: 'Without --strict such lines are counted and passed over.',
  });
}
