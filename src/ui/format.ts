import {
  formatBytes,
  formatCount,
  formatFraction,
  formatInstant,
  formatLong,
  formatPercent,
  scaled,
  twoDigits,
} from '../core/format.ts';

// biome-ignore lint/performance/noBarrelFile: core and screens write these alike, and screens have their other figures here
export {
  formatBytes,
  formatCount,
  formatCounted,
  formatDuration,
  formatFraction,
  formatInstant,
  formatPercent,
  formatSpan,
} from '../core/format.ts';

const countUnits = ['', ' k', ' M', ' G'];

/** `12.3 MiB/s` */
export function formatByteRate(bytesPerSecond: number): string {
  return `${formatBytes(bytesPerSecond)}/s`;
}

/** `950`, `1.2 k`, `71.0 k`, `1.2 M`: where a rough figure in little room is enough. */
export function formatCompact(count: number): string {
  const [value, unit] = scaled(count, 1000, countUnits);
  return `${value}${unit}`;
}

/** `0.04`, `7.5`, `71.0 k`: of what may be less than one. */
export function formatRate(rate: number): string {
  return rate < 10 ? String(Number(rate.toPrecision(2))) : formatCompact(rate);
}

/** `95.3`, `1,234`, `0.04`: reads that are expected, which are often less than one. */
export function formatReads(reads: number): string {
  if (reads >= 100) return formatCount(reads);
  if (reads >= 10) return formatFraction(reads, 1);
  return reads < 0.0005 ? '0' : String(Number(reads.toPrecision(2)));
}

/** `08:41`, UTC. */
export function formatUtcClock(atMs: number): string {
  return formatInstant(atMs).slice(11, 16);
}

/** As formatDuration without tenths, which an estimate does not have: `4 s`, `2 min 03 s`. */
export function formatEta(ms: number): string {
  if (!Number.isFinite(ms) || ms < 0) return '?';
  const seconds = Math.ceil(ms / 1000);
  return seconds < 60 ? `${seconds} s` : formatLong(seconds);
}

const etaUnits: readonly [unit: string, ms: number, untilMs: number][] = [
  ['s', 1_000, 120_000],
  ['min', 60_000, 7_200_000],
  ['h', 3_600_000, 172_800_000],
  ['d', 86_400_000, Number.POSITIVE_INFINITY],
];

/** `40 to 55 s`, `4 min`, `1 to 3 h`: whole ones of the unit that the later end asks for, the earlier end rounded down and the later one up. */
export function formatEtaRange(leastMs: number, mostMs: number): string {
  const shown = shownRange(leastMs, mostMs);
  if (!shown) return '?';
  const { least, most, unit } = shown;
  return least === undefined ? `${most} ${unit}` : `${least} to ${most} ${unit}`;
}

/** The range as it is shown, in units of `unitMs`; `least` is undefined where the later end is all that is shown. Undefined for what is none. */
export function shownRange(
  leastMs: number,
  mostMs: number,
): { least: number | undefined; most: number; unit: string; unitMs: number } | undefined {
  const found = etaUnits.find(([, , untilMs]) => mostMs < untilMs);
  if (!found || !(leastMs >= 0)) return undefined;
  const [unit, unitMs] = found;
  const [least, most] = [Math.floor(leastMs / unitMs), Math.ceil(mostMs / unitMs)];
  // To tell neighbours apart would be more than is known.
  return { least: most - least <= 1 || least === 0 ? undefined : least, most, unit, unitMs };
}

/** `77.8 %`: of all hit rates, and of what they are compared with. */
export function formatHitRate(share: number): string {
  return formatPercent(share, 1);
}

/** `12:03:04`, local time. */
export function formatClock(atMs: number): string {
  const date = new Date(atMs);
  return [date.getHours(), date.getMinutes(), date.getSeconds()].map(twoDigits).join(':');
}
