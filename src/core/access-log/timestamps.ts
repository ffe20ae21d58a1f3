import { dayMs, daysIn, daysSinceEpoch, endOfTimeMs, inRange, numberAt } from './calendar.ts';
import { parseClfTimeMs } from './clf-time.ts';

const digitLimit = 15;

/** What a number may count, in the order of `unitCounts`. */
export const timeUnits = ['s', 'ms', 'us', 'ns'] as const;
export type TimeUnit = (typeof timeUnits)[number];

/**
 * Reads the time in bytes [start, end): a number of s, ms, µs or ns since the epoch, ISO 8601 (UTC where it names no zone), or
 * the time of the Common Log Format.
 * A number's unit is the coarsest one that places it before 2106, so seconds reach to 2106, and a number in ms is
 * taken for seconds only before 20 February 1970. Returns milliseconds, rounded down, or NaN. A number's unit is counted in
 * `unitCounts`, at its place in `timeUnits`.
 */
export function parseTimeMs(
  bytes: Uint8Array,
  start: number,
  end: number,
  unitCounts?: Float64Array,
): number {
  let value = 0;
  let dropped = 0;
  let i = start;
  for (; i < end; i++) {
    const digit = (bytes[i] as number) - 48;
    if (digit < 0 || digit > 9) break;
    if (i - start < digitLimit) value = value * 10 + digit;
    else dropped++;
  }
  if (i === start || dropped > 6) return Number.NaN;
  if (i < end && bytes[i] !== 46)
    return bytes[i] === 47 ? parseClfTimeMs(bytes, start, end) : parseIsoMs(bytes, start, end);
  const thousandths = thousandthsAt(bytes, i, end);
  return Number.isNaN(thousandths) ? Number.NaN : numberToMs(value, dropped, thousandths, unitCounts);
}

/** The thousandths behind the point; 0 where the number ends instead, NaN where something else follows. */
function thousandthsAt(bytes: Uint8Array, point: number, end: number): number {
  if (point + 1 === end) return Number.NaN;
  let thousandths = 0;
  for (let i = point + 1, weight = 100; i < end; i++, weight = Math.trunc(weight / 10)) {
    const digit = (bytes[i] as number) - 48;
    if (digit < 0 || digit > 9) return Number.NaN;
    thousandths += digit * weight;
  }
  return thousandths;
}

/** `value * 10^dropped` is the whole part; what dropped digits hold is less than a millisecond in any unit that fits. */
function numberToMs(value: number, dropped: number, thousandths: number, unitCounts?: Float64Array): number {
  const magnitude = value * 10 ** dropped;
  if (magnitude < endOfTimeMs && dropped > 0) return Number.NaN;
  const unit =
    magnitude < endOfTimeMs / 1000
      ? 0
      : magnitude < endOfTimeMs
        ? 1
        : magnitude < endOfTimeMs * 1000
          ? 2
          : magnitude < endOfTimeMs * 1e6
            ? 3
            : -1;
  if (unit < 0) return Number.NaN;
  if (unitCounts) unitCounts[unit] = (unitCounts[unit] as number) + 1;
  if (unit === 0) return value * 1000 + thousandths;
  return unit === 1 ? value : Math.floor(value / 10 ** ((unit - 1) * 3 - dropped));
}

/** `YYYY-MM-DD`, then optionally `T` or a space, `hh:mm`, `:ss`, a fraction, and `Z`, ` UTC`, ` GMT` or `±hh[[:]mm]`. */
function parseIsoMs(bytes: Uint8Array, start: number, end: number): number {
  const year = numberAt(bytes, start, 4);
  const month = numberAt(bytes, start + 5, 2);
  const day = numberAt(bytes, start + 8, 2);
  const dated = end - start >= 10 && bytes[start + 4] === 45 && bytes[start + 7] === 45;
  if (!dated || !(month >= 1 && month <= 12 && day >= 1 && day <= daysIn(year, month))) return Number.NaN;
  const dateMs = daysSinceEpoch(year, month, day) * dayMs;
  if (end === start + 10) return inRange(dateMs);
  const separator = bytes[start + 10];
  if (separator !== 84 && separator !== 32 && separator !== 116) return Number.NaN;
  return parseClock(bytes, start + 11, end, dateMs);
}

function parseClock(bytes: Uint8Array, start: number, end: number, dateMs: number): number {
  const hour = numberAt(bytes, start, 2);
  const minute = numberAt(bytes, start + 3, 2);
  if (start + 5 > end || bytes[start + 2] !== 58 || !(hour <= 23 && minute <= 59)) return Number.NaN;
  let ms = dateMs + (hour * 60 + minute) * 60_000;
  let i = start + 5;
  if (bytes[i] === 58 && i + 3 <= end) {
    const second = numberAt(bytes, i + 1, 2);
    if (!(second <= 60)) return Number.NaN;
    ms += second * 1000;
    i += 3;
    if (i < end && (bytes[i] === 46 || bytes[i] === 44)) {
      const first = ++i;
      for (let weight = 100; i < end; i++, weight = Math.trunc(weight / 10)) {
        const digit = (bytes[i] as number) - 48;
        if (digit < 0 || digit > 9) break;
        ms += digit * weight;
      }
      if (i === first) return Number.NaN;
    }
  }
  return inRange(ms - zoneMs(bytes, i, end));
}

function zoneMs(bytes: Uint8Array, start: number, end: number): number {
  if (start === end) return 0;
  const length = end - start;
  if (length === 1 && (bytes[start] === 90 || bytes[start] === 122)) return 0;
  if (length === 4 && bytes[start] === 32) {
    const name = Buffer.from(bytes.subarray(start + 1, end)).toString('latin1');
    return name === 'UTC' || name === 'GMT' ? 0 : Number.NaN;
  }
  const sign = bytes[start] === 43 ? 1 : bytes[start] === 45 ? -1 : Number.NaN;
  const colon = bytes[start + 3] === 58 ? 1 : 0;
  const hours = length >= 3 ? numberAt(bytes, start + 1, 2) : Number.NaN;
  const minutes =
    length === 3 ? 0 : length === 5 + colon ? numberAt(bytes, start + 3 + colon, 2) : Number.NaN;
  return hours <= 23 && minutes <= 59 ? sign * (hours * 60 + minutes) * 60_000 : Number.NaN;
}
