/**
 * Varints as in sqlite.org/fileformat2.html, section 1.6: seven bits a byte, the highest first, and all eight of a ninth byte. One that
 * runs past the end of the bytes reads as if zeros followed.
 */

/** Bytes of the varint at `at`. */
export function varintBytes(bytes: Uint8Array, at: number): number {
  for (let length = 1; length < 9; length++) if ((bytes[at + length - 1] as number) < 0x80) return length;
  return 9;
}

/**
 * The varint of `length` bytes at `at` as a signed 64-bit integer: a number up to seven bytes, where none loses a digit, a bigint
 * past that. Numbers and bigints compare with one another.
 */
export function readVarint(bytes: Uint8Array, at: number, length: number): number | bigint {
  return length > 7 ? readLong(bytes, at, length) : shortVarint(bytes, at, length);
}

/** The same as a number; what has more than seven bytes comes out as a number that is too large for any use here. */
export function shortVarint(bytes: Uint8Array, at: number, length: number): number {
  let value = (bytes[at] as number) & 0x7f;
  for (let i = 1; i < length; i++) value = value * 128 + ((bytes[at + i] as number) & 0x7f);
  return value;
}

function readLong(bytes: Uint8Array, at: number, length: number): bigint {
  let value = 0n;
  for (let i = 0; i < Math.min(length, 8); i++) {
    value = (value << 7n) | BigInt((bytes[at + i] ?? 0) & 0x7f);
  }
  if (length === 9) value = (value << 8n) | BigInt(bytes[at + 8] ?? 0);
  return BigInt.asIntN(64, value);
}

/** Writes a signed 64-bit integer as a varint at `at`; returns its bytes. */
export function writeVarint(bytes: Uint8Array, at: number, value: number | bigint): number {
  return typeof value === 'number' && value >= 0
    ? writeShort(bytes, at, value)
    : writeLong(bytes, at, BigInt(value));
}

function writeShort(bytes: Uint8Array, at: number, value: number): number {
  let length = 1;
  for (let more = value; more >= 128; more = Math.floor(more / 128)) length++;
  let rest = value;
  for (let i = length - 1; i >= 0; i--) {
    bytes[at + i] = (rest % 128) | (i === length - 1 ? 0 : 0x80);
    rest = Math.floor(rest / 128);
  }
  return length;
}

function writeLong(bytes: Uint8Array, at: number, value: bigint): number {
  let rest = BigInt.asUintN(64, value);
  if (rest >= 1n << 56n) {
    bytes[at + 8] = Number(rest & 0xffn);
    rest >>= 8n;
    for (let i = 7; i >= 0; i--, rest >>= 7n) bytes[at + i] = Number(rest & 0x7fn) | 0x80;
    return 9;
  }
  let length = 1;
  for (let more = rest >> 7n; more > 0n; more >>= 7n) length++;
  for (let i = length - 1; i >= 0; i--, rest >>= 7n) {
    bytes[at + i] = Number(rest & 0x7fn) | (i === length - 1 ? 0 : 0x80);
  }
  return length;
}
