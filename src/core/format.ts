// How figures are written, in every text of foresync.

const byteUnits = ['B', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB'];

/** `512 B`, `12.3 MiB`, `123 MiB`: powers of 1024, one decimal under 100. */
export function formatBytes(bytes: number): string {
  const [value, unit] = scaled(bytes, 1024, byteUnits);
  return `${value} ${unit}`;
}

/** `1,234,567`, to the nearest whole. */
export function formatCount(count: number): string {
  if (!Number.isFinite(count)) return '?';
  return Math.round(count)
    .toString()
    .replace(/\B(?=(\d{3})+$)/g, ',');
}

/** `1 round`, `3 rounds` */
export function formatCounted(count: number, noun: string, plural = `${noun}s`): string {
  return `${formatCount(count)} ${count === 1 ? noun : plural}`;
}

/** `40 ms`, `1.4 s`, `2 min 03 s`, `1 h 05 min`, `3 d 04 h`. */
export function formatDuration(ms: number): string {
  if (!Number.isFinite(ms) || ms < 0) return '?';
  if (ms < 95) return `${Math.round(ms)} ms`;
  if (ms < 59_950) return `${(ms / 1000).toFixed(1)} s`;
  return formatLong(Math.round(ms / 1000));
}

/** `43 %`, of a share from 0 to 1. Cut, not rounded: 100 % means all of it, and what is more than nothing is never 0 %. */
export function formatPercent(share: number, decimals = 0): string {
  if (!Number.isFinite(share)) return '?';
  const scale = 10 ** decimals;
  const cut = Math.floor(share * 100 * scale + 1e-9) / scale;
  if (share > 0 && cut === 0) return `<${(1 / scale).toFixed(decimals)} %`;
  return `${cut.toFixed(decimals)} %`;
}

/** `8 d`, `1 h 30 min`: as formatDuration, of a time that was chosen and not measured, so that nothing is said of it that is zero. */
export function formatSpan(ms: number): string {
  return formatDuration(ms)
    .replace(/ 00 (?:s|min|h)$/, '')
    .replace(/\.0 s$/, ' s');
}

/** `0.042`: of a probability, or of what is measured against one. */
export function formatFraction(fraction: number, decimals = 3): string {
  return Number.isFinite(fraction) ? fraction.toFixed(decimals) : '?';
}

/** `2011-11-01 08:41 UTC` */
export function formatInstant(atMs: number): string {
  return `${new Date(atMs).toISOString().slice(0, 16).replace('T', ' ')} UTC`;
}

/** An amount in the largest of the units, which are powers of `base`; one decimal under 100. */
export function scaled(
  amount: number,
  base: number,
  units: readonly string[],
): [value: string, unit: string] {
  if (!Number.isFinite(amount) || amount < 0) return ['?', units[0] ?? ''];
  let value = amount;
  let step = 0;
  // What would round up to the base belongs to the next unit.
  while (Math.round(value) >= base && step < units.length - 1) {
    value /= base;
    step += 1;
  }
  const digits = step > 0 && value < 99.95 ? 1 : 0;
  return [value.toFixed(digits), units[step] ?? ''];
}

/** `2 min 03 s`, `1 h 05 min`, `3 d 04 h` */
export function formatLong(seconds: number): string {
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${minutes} min ${twoDigits(seconds % 60)} s`;
  const hours = Math.floor(minutes / 60);
  if (hours < 48) return `${hours} h ${twoDigits(minutes % 60)} min`;
  return `${Math.floor(hours / 24)} d ${twoDigits(hours % 24)} h`;
}

export function twoDigits(value: number): string {
  return String(value).padStart(2, '0');
}
