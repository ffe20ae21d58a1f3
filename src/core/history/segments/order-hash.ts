/**
 * Where a key's row stands: rows are in the order of this hash, and of their bytes where it is the same. It cuts the keys into
 * equal ranges for the threads, and sorts faster than bytes do. FNV-1a, finished by MurmurHash3's fmix32
 * (https://github.com/aappleby/smhasher/wiki/MurmurHash3). It is the same in every state file, so the order of a history is
 * too; nothing is looked up by it but in sorted rows, so keys that collide on purpose cost no more than others.
 */
export function orderHash(bytes: Uint8Array, start: number, end: number): number {
  let hash = 0x811c9dc5 | 0;
  for (let i = start; i < end; i++) hash = Math.imul(hash ^ (bytes[i] as number), 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}

/** The first hash of a range, where hashes are cut into `ranges` of one width, the last a little wider; 2^32 for the one behind the last. */
export function rangeStart(range: number, ranges: number): number {
  return range >= ranges ? 2 ** 32 : range * Math.floor(2 ** 32 / ranges);
}

/** Below 0, 0 or above 0, as the bytes [aStart, aEnd) of `a` stand before, at or behind those of `b`. */
export function compareBytes(
  a: Uint8Array,
  aStart: number,
  aEnd: number,
  b: Uint8Array,
  bStart: number,
  bEnd: number,
): number {
  const length = Math.min(aEnd - aStart, bEnd - bStart);
  for (let i = 0; i < length; i++) {
    const difference = (a[aStart + i] as number) - (b[bStart + i] as number);
    if (difference !== 0) return difference;
  }
  return aEnd - aStart - (bEnd - bStart);
}
