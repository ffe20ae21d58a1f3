import { dayMs, endOfTimeMs } from '../calendar.ts';
import type { TableColumn } from './table-columns.ts';

/** A column of times in queries. */
export interface TimeSql {
  /** Milliseconds since the epoch as Int64, rounded down; -1 for what is no time. */
  ms: string;
  /** Whether the time lies in [fromMs, toMs), as a condition that an index over the column can serve where it has one. */
  within(fromMs: number, toMs: number): string;
}

/** How times are read is the same as in `../timestamps.ts`: a number's unit is the coarsest that places it before 2106. */
export function timeSql({ kind, sql, isNull, isNullable }: TableColumn): TimeSql {
  const orNone = (ms: string) => (isNullable ? `if(${isNull}, toInt64(-1), ${ms})` : ms);
  const notNull = (condition: string) => (isNullable ? `(NOT ${isNull} AND ${condition})` : condition);
  switch (kind) {
    case 'date-time':
      return {
        ms: orNone(`toInt64(toUInt32(${sql})) * 1000`),
        within: (from, to) => notNull(secondsWithin(sql, from, to)),
      };
    case 'date-time-64': {
      const ms = `toUnixTimestamp64Milli(${sql})`;
      const at = (value: number) => `fromUnixTimestamp64Milli(toInt64(${value}))`;
      return {
        ms: orNone(inRange(ms, ms)),
        within: (from, to) => notNull(`(${sql} >= ${at(from)} AND ${sql} < ${at(to)})`),
      };
    }
    case 'date': {
      const ms = `toInt64(toInt32(${sql})) * ${dayMs}`;
      return {
        ms: orNone(inRange(ms, ms)),
        within: (fromMs, toMs) => notNull(`(${ms} >= ${fromMs} AND ${ms} < ${toMs})`),
      };
    }
    case 'integer':
      return {
        ms: orNone(integerMs(sql)),
        within: (fromMs, toMs) => notNull(integerWithin(sql, fromMs, toMs)),
      };
    case 'float':
    case 'decimal':
      return computed(orNone(floatMs(`toFloat64(${sql})`)));
    default:
      return computed(orNone(textMs(sql)));
  }
}

function computed(ms: string): TimeSql {
  return { ms, within: (fromMs, toMs) => `(${ms} >= ${fromMs} AND ${ms} < ${toMs})` };
}

function secondsWithin(sql: string, fromMs: number, toMs: number): string {
  const conditions = [`${sql} >= toDateTime(${Math.ceil(fromMs / 1000)})`];
  // The end of time itself is no DateTime.
  if (toMs < endOfTimeMs) conditions.push(`${sql} < toDateTime(${Math.ceil(toMs / 1000)})`);
  return `(${conditions.join(' AND ')})`;
}

function inRange(value: string, ms: string): string {
  return `if(${value} >= 0 AND ${value} < ${endOfTimeMs}, ${ms}, toInt64(-1))`;
}

/** Milliseconds in each unit of a number, coarsest first, as a ratio that keeps whole numbers whole. */
const units = [
  { perSecond: 1, ms: (value: string) => `toInt64(${value}) * 1000` },
  { perSecond: 1e3, ms: (value: string) => `toInt64(${value})` },
  { perSecond: 1e6, ms: (value: string) => `toInt64(intDiv(${value}, 1000))` },
  { perSecond: 1e9, ms: (value: string) => `toInt64(intDiv(${value}, 1000000))` },
];

const endOfTimeSeconds = endOfTimeMs / 1000;

function integerMs(value: string): string {
  const cases = units.map(({ perSecond, ms }) => `${value} < ${endOfTimeSeconds * perSecond}, ${ms(value)}`);
  return `multiIf(${value} < 0, toInt64(-1), ${cases.join(', ')}, toInt64(-1))`;
}

/** Each unit has numbers of its own, so that the column itself is compared, and the ranges do not overlap. */
function integerWithin(value: string, fromMs: number, toMs: number): string {
  let floor = 0;
  const ranges: string[] = [];
  for (const { perSecond } of units) {
    const ceiling = endOfTimeSeconds * perSecond;
    const from = Math.max(floor, Math.ceil((fromMs / 1000) * perSecond));
    const to = Math.min(ceiling, Math.ceil((toMs / 1000) * perSecond));
    if (from < to) ranges.push(`(${value} >= ${BigInt(from)} AND ${value} < ${BigInt(to)})`);
    floor = ceiling;
  }
  return ranges.length === 0 ? '0' : `(${ranges.join(' OR ')})`;
}

/** A double holds seconds with six decimals, a bit below or above what was written: half a microsecond makes up for it. */
function floatMs(value: string): string {
  const scaled = (factor: string) => `toInt64(floor(${value} * ${factor} + 0.0005))`;
  const cases = [
    `${value} < ${endOfTimeSeconds}, ${scaled('1000')}`,
    `${value} < ${endOfTimeSeconds * 1e3}, ${scaled('1')}`,
    `${value} < ${endOfTimeSeconds * 1e6}, ${scaled('0.001')}`,
    `${value} < ${endOfTimeSeconds * 1e9}, ${scaled('0.000001')}`,
  ];
  return `multiIf(isNaN(${value}) OR ${value} < 0, toInt64(-1), ${cases.join(', ')}, toInt64(-1))`;
}

/** ISO 8601, UTC where it names no zone, or digits; no function is used that reads dates differently from version to version. */
function textMs(text: string): string {
  const number = (from: number, length: number) =>
    `toInt64(toUInt32OrZero(substring(${text}, ${from}, ${length})))`;
  const date = `substring(${text}, 1, 10)`;
  const zone = `extract(${text}, '[+-][0-9]{2}:?(?:[0-9]{2})?$')`;
  const zoneDigits = `replaceAll(substring(${zone}, 2), ':', '')`;
  const zoneMinutes = `(toInt64(toUInt32OrZero(substring(${zoneDigits}, 1, 2))) * 60 + toInt64(toUInt32OrZero(substring(${zoneDigits}, 3, 2))))`;
  const hasZone = `(length(${text}) > 10 AND match(${text}, ':[0-9]{2}.*[+-][0-9]{2}'))`;
  const offset = `if(${hasZone}, if(substring(${zone}, 1, 1) = '-', toInt64(-1), toInt64(1)) * ${zoneMinutes}, toInt64(0))`;
  const fraction = `toInt64(toUInt32OrZero(substring(concat(extract(${text}, ':[0-9]{2}[.,]([0-9]{1,3})'), '000'), 1, 3)))`;
  const seconds = `if(substring(${text}, 17, 1) = ':', ${number(18, 2)}, toInt64(0))`;
  const iso = `toInt64(toUInt16(toDateOrZero(${date}))) * ${dayMs} + ${number(12, 2)} * 3600000 + ${number(15, 2)} * 60000 + ${seconds} * 1000 + ${fraction} - ${offset} * 60000`;
  const isDate = `(toString(toDateOrZero(${date})) = ${date} AND ${number(12, 2)} < 24 AND ${number(15, 2)} < 60 AND ${seconds} <= 60)`;
  const digits = integerMs(`toUInt64OrZero(${text})`);
  const decimals = floatMs(`toFloat64OrZero(${text})`);
  return (
    `multiIf(match(${text}, '^[0-9]{1,19}$'), ${digits}, match(${text}, '^[0-9]{1,19}[.][0-9]+$'), ${decimals}, ` +
    `match(${text}, ${isoShape}) AND ${isDate}, ${inRange(iso, iso)}, toInt64(-1))`
  );
}

const isoShape = `'^[0-9]{4}-[0-9]{2}-[0-9]{2}([Tt ][0-9]{2}:[0-9]{2}(:[0-9]{2}([.,][0-9]+)?)?([Zz]| UTC| GMT|[+-][0-9]{2}(:?[0-9]{2})?)?)?$'`;
