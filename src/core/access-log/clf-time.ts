import { dayMs, daysIn, daysSinceEpoch, inRange, numberAt } from './calendar.ts';

/** `10/Oct/2000:13:55:36 -0700`. */
export const clfTimeBytes = 26;

const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];
const monthCodes = months.map((name) => codeOf(Buffer.from(name), 0));

/**
 * Reads the time of the Common Log Format from the 26 bytes at `start`: `[day/month/year:hour:minute:second zone]` without
 * its brackets (Apache HTTP Server, "Log Files", Common Log Format). Returns milliseconds, or NaN.
 */
export function parseClfTimeMs(bytes: Uint8Array, start: number, end: number): number {
  if (end - start !== clfTimeBytes || bytes[start + 2] !== 47 || bytes[start + 6] !== 47) return Number.NaN;
  const day = numberAt(bytes, start, 2);
  const month = monthCodes.indexOf(codeOf(bytes, start + 3)) + 1;
  const year = numberAt(bytes, start + 7, 4);
  const hour = numberAt(bytes, start + 12, 2);
  const minute = numberAt(bytes, start + 15, 2);
  const second = numberAt(bytes, start + 18, 2);
  const zoneHours = numberAt(bytes, start + 22, 2);
  const zoneMinutes = numberAt(bytes, start + 24, 2);
  const isApart = isColon(bytes, start + 11) && isColon(bytes, start + 14) && isColon(bytes, start + 17);
  const sign = bytes[start + 21] === 43 ? 1 : bytes[start + 21] === 45 ? -1 : Number.NaN;
  if (!isApart || bytes[start + 20] !== 32 || month === 0 || !(day >= 1 && day <= daysIn(year, month)))
    return Number.NaN;
  if (!(hour <= 23 && minute <= 59 && second <= 60 && zoneHours <= 23 && zoneMinutes <= 59))
    return Number.NaN;
  const dateMs = daysSinceEpoch(year, month, day) * dayMs;
  const clockMs = ((hour * 60 + minute) * 60 + second) * 1000;
  return inRange(dateMs + clockMs - sign * (zoneHours * 60 + zoneMinutes) * 60_000);
}

function isColon(bytes: Uint8Array, at: number): boolean {
  return bytes[at] === 58;
}

function codeOf(bytes: Uint8Array, at: number): number {
  return ((bytes[at] ?? 0) << 16) | ((bytes[at + 1] ?? 0) << 8) | (bytes[at + 2] ?? 0);
}
