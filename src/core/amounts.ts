const exponents = { '': 0, k: 1, m: 2, g: 3, t: 4, p: 5 } as const;

/**
 * `64MiB`, `10MB`, `1G`, `4096` in bytes: with `i`, or with the letter alone, powers of 1024; with `B` alone after it,
 * powers of 1000. Undefined for what is no size, is below one byte or past 2^53.
 */
export function parseSize(text: string): number | undefined {
  const match = /^(\d{1,16}(?:\.\d{1,12})?)\s*([kmgtp]?)(i?)(b?)$/i.exec(text.trim());
  if (!match) return undefined;
  const [, amount = '', unit = '', binary = '', byte = ''] = match;
  if (unit === '' && binary !== '') return undefined;
  const base = byte !== '' && binary === '' ? 1000 : 1024;
  const bytes = Math.round(Number(amount) * base ** exponents[unit.toLowerCase() as keyof typeof exponents]);
  return bytes >= 1 && Number.isSafeInteger(bytes) ? bytes : undefined;
}

const factors = { '': 1, k: 1e3, m: 1e6, g: 1e9 } as const;

/** `20M`, `500k`, `1.5M` or `20000000` in keys. Undefined for what is no number of keys, or past 2^53. */
export function parseKeyCount(text: string): number | undefined {
  const match = /^(\d{1,16}(?:\.\d{1,9})?)\s*([kmg]?)$/i.exec(text.trim());
  if (!match) return undefined;
  const [, amount = '', unit = ''] = match;
  const keys = Math.round(Number(amount) * factors[unit.toLowerCase() as keyof typeof factors]);
  return keys >= 1 && Number.isSafeInteger(keys) ? keys : undefined;
}

/** A number from 0 to 1, `0.9` or `.9`; undefined for what is none. */
export function parseProbability(text: string): number | undefined {
  const value = /^\d*\.?\d+$|^\d+\.$/.test(text.trim()) ? Number(text) : Number.NaN;
  return value >= 0 && value <= 1 ? value : undefined;
}
