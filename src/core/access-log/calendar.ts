/** Times at or past this are refused: 2^32 seconds after the epoch, 2106-02-07T06:28:16Z. */
export const endOfTimeMs = 2 ** 32 * 1000;

export const dayMs = 86_400_000;

/** The number that `digits` decimal digits at `start` make; NaN where one is none. */
export function numberAt(bytes: Uint8Array, start: number, digits: number): number {
  let value = 0;
  for (let i = start; i < start + digits; i++) {
    const digit = (bytes[i] ?? 0) - 48;
    if (digit < 0 || digit > 9) return Number.NaN;
    value = value * 10 + digit;
  }
  return value;
}

export function daysIn(year: number, month: number): number {
  if (month === 2) return (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0 ? 29 : 28;
  return month === 4 || month === 6 || month === 9 || month === 11 ? 30 : 31;
}

/** Howard Hinnant's days_from_civil, https://howardhinnant.github.io/date_algorithms.html. */
export function daysSinceEpoch(year: number, month: number, day: number): number {
  const shifted = month <= 2 ? year - 1 : year;
  const era = Math.floor(shifted / 400);
  const yearOfEra = shifted - era * 400;
  const dayOfYear = Math.floor((153 * (month + (month > 2 ? -3 : 9)) + 2) / 5) + day - 1;
  const dayOfEra = yearOfEra * 365 + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100) + dayOfYear;
  return era * 146_097 + dayOfEra - 719_468;
}

/** The time itself, or NaN where it lies outside what a history holds. */
export function inRange(ms: number): number {
  return ms >= 0 && ms < endOfTimeMs ? ms : Number.NaN;
}
