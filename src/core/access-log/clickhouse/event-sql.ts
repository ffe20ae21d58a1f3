import { maxKeyBytes } from '../access-sink.ts';
import { maxPatternedBytes } from '../named-groups.ts';
import type { OperationNames } from './operation-names.ts';
import { re2Pattern } from './re2-pattern.ts';
import { sqlText } from './sql-text.ts';
import { columnText, type TableColumn, type TableColumns } from './table-columns.ts';
import { type TimeSql, timeSql } from './time-sql.ts';

/** What becomes of a row. The order is that in which the reader of files looks at a line. */
export const rowFates = [
  'event',
  'the time is none',
  'the operation is unknown',
  'the operation touches no key',
  'the size is none in bytes',
  'the key is NULL',
  'the pattern does not match',
  'the key is empty',
  `the key is longer than ${maxKeyBytes} bytes`,
  'the key is not valid UTF-8',
] as const;
export type RowFate = (typeof rowFates)[number];

/** A table's rows as events, in expressions of ClickHouse's SQL. */
export interface EventSql {
  time: TimeSql;
  key: string;
  isWrite: string;
  /** Bytes as Int64; -1 where there is none. */
  size: string;
  /** What becomes of a row: a place in `rowFates`. */
  fate: string;
  /** Whether a row is an event, but for its key. */
  isSound: string;
  /** Whether a key may be kept, to be asked once a key. */
  isSoundKey(key: string): string;
}

export interface EventSqlOptions {
  keyPattern?: string | undefined;
  /** Without them every row is a read. */
  operations?: OperationNames | undefined;
  /** Newer servers have `isValidUTF8`, which is much faster than a pattern. */
  hasUtf8Check: boolean;
}

/** Exactly UTF-8: RE2 reads a range of characters as the bytes that encode them. */
const utf8Pattern = '^[\\x{0}-\\x{D7FF}\\x{E000}-\\x{10FFFF}]*$';

export function eventSql(columns: TableColumns, options: EventSqlOptions): EventSql {
  const time = timeSql(columns.time);
  const logged = columnText(columns.key);
  const pattern = options.keyPattern === undefined ? undefined : sqlText(re2Pattern(options.keyPattern));
  const shown = `substring(${logged}, 1, ${maxPatternedBytes})`;
  const key = pattern === undefined ? logged : `extract(${shown}, ${pattern})`;
  const isUnmatched = pattern === undefined ? '0' : `(${key} = '' AND NOT match(${shown}, ${pattern}))`;
  const size = columns.size ? sizeOf(columns.size) : 'toInt64(-1)';
  const { isRead = '1', isWrite = '0', isNone = '0' } = options.operations ?? {};
  const isUtf8 = (text: string) =>
    options.hasUtf8Check ? `isValidUTF8(${text})` : `match(${text}, ${sqlText(utf8Pattern)})`;
  const conditions: string[] = [
    `${time.ms} < 0`,
    `NOT (${isRead} OR ${isWrite} OR ${isNone})`,
    isNone,
    `${size} = -2`,
    columns.key.isNull,
    isUnmatched,
    `${key} = ''`,
    `length(${key}) > ${maxKeyBytes}`,
    `NOT ${isUtf8(key)}`,
  ];
  return {
    time,
    key,
    isWrite,
    size,
    fate: fateOf(conditions),
    isSound: `(${isRead} OR ${isWrite}) AND ${size} >= -1 AND NOT ${columns.key.isNull}`,
    isSoundKey: (text) => `${text} != '' AND length(${text}) <= ${maxKeyBytes} AND ${isUtf8(text)}`,
  };
}

/** What never holds is left out: old servers would work it out for each row. */
function fateOf(conditions: readonly string[]): string {
  const cases = conditions.flatMap((condition, i) => (condition === '0' ? [] : [`${condition}, ${i + 1}`]));
  return `multiIf(${cases.join(', ')}, 0)`;
}

const mostBytes = String(Number.MAX_SAFE_INTEGER);

/** Like `parseSizeBytes`: -1 for none, -2 for what is no size. */
function sizeOf({ kind, sql, isNull, isNullable, isPlain }: TableColumn): string {
  const [none, bad] = ['toInt64(-1)', 'toInt64(-2)'];
  if (kind === 'text') {
    const value = `toUInt64OrZero(${sql})`;
    return (
      `multiIf(${isNull} OR ${sql} IN ('', '-') OR lower(${sql}) = 'null', ${none}, ` +
      `match(${sql}, '^0*[0-9]{1,16}$') AND ${value} <= ${mostBytes}, toInt64(${value}), ${bad})`
    );
  }
  if (kind === 'integer' && isPlain && !isNullable) return `toInt64(${sql})`;
  const value = kind === 'integer' ? sql : `toFloat64(${sql})`;
  const isWhole = kind === 'integer' ? '1' : `floor(${value}) = ${value}`;
  return `multiIf(${isNull}, ${none}, ${value} >= 0 AND ${value} <= ${mostBytes} AND ${isWhole}, toInt64(${value}), ${bad})`;
}
