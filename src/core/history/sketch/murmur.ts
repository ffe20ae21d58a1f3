/**
 * MurmurHash3_x86_32 with seed 0 over all bytes (Austin Appleby, https://github.com/aappleby/smhasher); ClickHouse's
 * `murmurHash3_32` of a string. Unsigned.
 */
export function murmur3(bytes: Uint8Array): number {
  const { length } = bytes;
  const tail = length & ~3;
  let hash = 0;
  for (let at = 0; at < tail; at += 4) {
    hash ^= mixed3(wordAt(bytes, at));
    hash = Math.imul((hash << 13) | (hash >>> 19), 5) + 0xe6546b64;
  }
  if (tail < length) hash ^= mixed3(tailAt(bytes, tail));
  hash ^= length;
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}

/** MurmurHash2 of 32 bits with seed 0, by the same author; ClickHouse's `murmurHash2_32` of a string. Unsigned. */
export function murmur2(bytes: Uint8Array): number {
  const { length } = bytes;
  const tail = length & ~3;
  let hash = length;
  for (let at = 0; at < tail; at += 4) {
    const word = Math.imul(wordAt(bytes, at), 0x5bd1e995);
    hash = Math.imul(hash, 0x5bd1e995) ^ Math.imul(word ^ (word >>> 24), 0x5bd1e995);
  }
  if (tail < length) hash = Math.imul(hash ^ tailAt(bytes, tail), 0x5bd1e995);
  hash = Math.imul(hash ^ (hash >>> 13), 0x5bd1e995);
  return (hash ^ (hash >>> 15)) >>> 0;
}

function mixed3(word: number): number {
  const product = Math.imul(word, 0xcc9e2d51);
  return Math.imul((product << 15) | (product >>> 17), 0x1b873593);
}

function wordAt(bytes: Uint8Array, at: number): number {
  return (
    (bytes[at] as number) |
    ((bytes[at + 1] as number) << 8) |
    ((bytes[at + 2] as number) << 16) |
    ((bytes[at + 3] as number) << 24)
  );
}

/** The last one to three bytes. */
function tailAt(bytes: Uint8Array, at: number): number {
  return (bytes[at] as number) | ((bytes[at + 1] ?? 0) << 8) | ((bytes[at + 2] ?? 0) << 16);
}
