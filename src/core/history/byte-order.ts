const smallest = 12;

/**
 * Sorts keys by their bytes, as SQLite's BINARY collation does: key k is the bytes from ends[k] to ends[k + 1]. Bentley and
 * Sedgewick's multikey quicksort ("Fast Algorithms for Sorting and Searching Strings", 1997), which looks at each
 * byte of a shared beginning once.
 */
export function sortByBytes(keys: Int32Array, bytes: Uint8Array, ends: Int32Array): void {
  const byteAt = (key: number, depth: number) => {
    const place = (ends[key] as number) + depth;
    return place < (ends[key + 1] as number) ? (bytes[place] as number) : -1;
  };
  // Its own stack: a hostile log can share beginnings as long as a key may be.
  const ranges: number[] = [0, keys.length, 0];
  while (ranges.length > 0) {
    const depth = ranges.pop() as number;
    const end = ranges.pop() as number;
    const start = ranges.pop() as number;
    if (end - start <= smallest) {
      insertionSort(keys, start, end, depth, byteAt);
      continue;
    }
    const pivot = byteAt(keys[start + ((end - start) >> 1)] as number, depth);
    let less = start;
    let more = end;
    for (let i = start; i < more; ) {
      const byte = byteAt(keys[i] as number, depth);
      if (byte < pivot) swap(keys, less++, i++);
      else if (byte > pivot) swap(keys, i, --more);
      else i++;
    }
    ranges.push(start, less, depth, more, end, depth);
    if (pivot >= 0) ranges.push(less, more, depth + 1);
  }
}

function insertionSort(
  keys: Int32Array,
  start: number,
  end: number,
  depth: number,
  byteAt: (key: number, depth: number) => number,
): void {
  for (let i = start + 1; i < end; i++) {
    const key = keys[i] as number;
    let j = i;
    for (; j > start && isBefore(key, keys[j - 1] as number, depth, byteAt); j--)
      keys[j] = keys[j - 1] as number;
    keys[j] = key;
  }
}

function isBefore(
  a: number,
  b: number,
  depth: number,
  byteAt: (key: number, depth: number) => number,
): boolean {
  for (let at = depth; ; at++) {
    const left = byteAt(a, at);
    const right = byteAt(b, at);
    if (left !== right) return left < right;
    if (left < 0) return false;
  }
}

function swap(keys: Int32Array, a: number, b: number): void {
  const held = keys[a] as number;
  keys[a] = keys[b] as number;
  keys[b] = held;
}
