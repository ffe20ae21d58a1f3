/**
 * Reads a size in bytes from [start, end): digits, or nothing, `-`, `null` or `NULL` for none, which give -1. NaN for anything
 * else and for sizes past 2^53.
 */
export function parseSizeBytes(bytes: Uint8Array, start: number, end: number): number {
  if (start === end || (end - start === 1 && bytes[start] === 45)) return -1;
  let value = 0;
  for (let i = start; i < end; i++) {
    const digit = (bytes[i] as number) - 48;
    if (digit < 0 || digit > 9) return isNull(bytes, start, end) ? -1 : Number.NaN;
    value = value * 10 + digit;
  }
  return value <= Number.MAX_SAFE_INTEGER ? value : Number.NaN;
}

function isNull(bytes: Uint8Array, start: number, end: number): boolean {
  if (end - start !== 4) return false;
  return Buffer.from(bytes.subarray(start, end)).toString('latin1').toLowerCase() === 'null';
}
