const digitBits = 16;
const digits = 2 ** digitBits;

/**
 * The places of `numbers` in ascending order of what they hold: radix sort, least significant digit first (Knuth, The Art of Computer
 * Programming 3, 5.2.5). `compare` orders places of equal numbers.
 */
export function sortByNumber(numbers: Uint32Array, compare: (a: number, b: number) => number): Uint32Array {
  const byLow = new Uint32Array(numbers.length);
  for (let place = 0; place < byLow.length; place++) byLow[place] = place;
  const sorted = sortByDigit(sortByDigit(byLow, numbers, 0), numbers, digitBits);
  for (let start = 0; start < sorted.length; ) {
    let end = start + 1;
    const number = numbers[sorted[start] as number];
    while (end < sorted.length && numbers[sorted[end] as number] === number) end++;
    if (end - start > 1) sorted.subarray(start, end).sort(compare);
    start = end;
  }
  return sorted;
}

function sortByDigit(places: Uint32Array, numbers: Uint32Array, shift: number): Uint32Array {
  const next = new Uint32Array(digits + 1);
  for (const place of places) {
    const digit = ((numbers[place] as number) >>> shift) & (digits - 1);
    next[digit + 1] = (next[digit + 1] as number) + 1;
  }
  for (let digit = 1; digit <= digits; digit++)
    next[digit] = (next[digit] as number) + (next[digit - 1] as number);
  const sorted = new Uint32Array(places.length);
  for (const place of places) {
    const digit = ((numbers[place] as number) >>> shift) & (digits - 1);
    const to = next[digit] as number;
    sorted[to] = place;
    next[digit] = to + 1;
  }
  return sorted;
}
