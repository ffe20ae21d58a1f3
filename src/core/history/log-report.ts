import type { Role } from '../access-log/columns.ts';
import type { Compression } from '../access-log/compression.ts';
import type { EventTimesData } from '../access-log/event-times.ts';
import type { LocatedLog } from '../access-log/find-logs.ts';
import type { LogFormat } from '../access-log/layout.ts';
import type { RejectedLine } from '../access-log/line-tally.ts';
import type { OpenLog } from '../access-log/log-file.ts';
import type { ReadLogResult } from '../access-log/read-log.ts';

/** What became of one log. `lines` is `eventLines + rejected + ignored`. */
export interface LogReport {
  path: string;
  replica: string;
  /** Undefined where nothing (new) was there. */
  format: LogFormat | 'clickhouse' | undefined;
  compression: Compression;
  /** The column or field that each role was taken from. */
  columns: Partial<Record<Role, string>>;
  /** Of a table, its rows. */
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
  /** What the times of its events say: their order, their units, and whether they lie in the future. Not of a table. */
  times?: EventTimesData;
  /** Bytes that this run read, after decompression. */
  bytes: number;
  /** 'new' is read from its start, 'grown' from where an earlier run ended, 'unchanged' and 'empty' give nothing. */
  state: 'new' | 'grown' | 'unchanged' | 'empty';
  /** Of a table at ClickHouse alone. */
  table?: TableReport;
}

/** What is to be said of a table's rows beyond that. */
export interface TableReport {
  /** Why rows were rejected, most rows first. */
  rejects: { reason: string; rows: number }[];
  /** Rows so new that others of their minute may be under way: the next run counts them. */
  pendingRows: number;
  /** Rows that came in behind what the last run counted up to, as far as it was looked for: in the last day before. They are not counted. */
  lateRows: number;
  /** Rows with a time before were counted, by this run or an earlier one; undefined where there were none. */
  countedToMs: number | undefined;
  /** Events of keys that are kept in the sketch alone. */
  coldEvents: number;
}

/** The report of a log that was read; `bytes` as in the report. */
export function reportOf(input: LocatedLog, log: OpenLog, read: ReadLogResult, bytes: number): LogReport {
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
    times: tally.allTimes,
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
