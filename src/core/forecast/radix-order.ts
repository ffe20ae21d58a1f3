const digitBits = 11;
const cells = 1 << digitBits;
const shifts = [0, digitBits, 2 * digitBits];

/**
 * Sorts places by the words that stand there, ascending; equal ones stay in their order. A radix sort: its time grows with the number of places
 * alone, and digits that all words share cost next to nothing. May sort in place, and gives the sorted array.
 */
export function orderByWords(places: Uint32Array, words: Uint32Array): Uint32Array {
  const counts = shifts.map(() => new Uint32Array(cells));
  const [low, middle, high] = [counts[0]!, counts[1]!, counts[2]!];
  for (let i = 0; i < places.length; i++) {
    const word = words[places[i]!]!;
    low[word & (cells - 1)]!++;
    middle[(word >>> digitBits) & (cells - 1)]!++;
    high[word >>> (2 * digitBits)]!++;
  }
  let from: Uint32Array = places;
  let into: Uint32Array = new Uint32Array(places.length);
  for (const [digit, shift] of shifts.entries()) {
    const starts = counts[digit]!;
    if (starts.includes(places.length)) continue;
    let before = 0;
    for (let cell = 0; cell < cells; cell++) [starts[cell], before] = [before, before + starts[cell]!];
    for (let i = 0; i < from.length; i++) {
      const place = from[i]!;
      into[starts[(words[place]! >>> shift) & (cells - 1)]!++] = place;
    }
    [from, into] = [into, from];
  }
  return from;
}

/** The same by numbers, none of them NaN. */
export function orderByNumbers(
  places: Uint32Array,
  values: Float64Array,
  direction: 'ascending' | 'descending',
): Uint32Array {
  // Zero added, −0 is 0, whose bits are others.
  const bits = new Uint32Array(values.map((value) => value + 0).buffer);
  const words = [new Uint32Array(values.length), new Uint32Array(values.length)] as const;
  for (let i = 0; i < values.length; i++) {
    const flip = bits[2 * i + 1]! & 0x80000000 ? 0xffffffff : 0;
    const turn = direction === 'ascending' ? flip : ~flip;
    words[0][i] = bits[2 * i]! ^ turn;
    words[1][i] = bits[2 * i + 1]! ^ turn ^ (flip ? 0 : 0x80000000);
  }
  return orderByWords(orderByWords(places, words[0]), words[1]);
}

/** The places of an array of so many. */
export function allPlaces(count: number): Uint32Array {
  return new Uint32Array(count).map((_, place) => place);
}
