const digitBits = 16;
const digits = 1 << digitBits;
const digitsPerNumber = 4;

/**
 * Puts `places`, which must rise, in the order of falling `values[place]`; of equal values in that of falling
 * `ties[place]`, then of the place. Radix sort of the numbers' bits, least significant digit first (Knuth, The Art of
 * Computer Programming 3, 5.2.5). No value may be NaN.
 */
export function descending(places: Uint32Array, values: Float64Array, ties: Float64Array): Uint32Array {
  return sortBy(sortBy(places, ties), values);
}

function sortBy(places: Uint32Array, values: Float64Array): Uint32Array {
  const keys = digitsOf(places, values);
  let from: Sorted = { places, rows: Uint32Array.from(places, (_, row) => row) };
  for (let digit = 0; digit < digitsPerNumber; digit++) {
    const column = keys.subarray(digit * places.length, (digit + 1) * places.length);
    from = sortByDigit(from, column);
  }
  return from.places;
}

/** The digits of each place's number, a column a digit, such that a smaller digit means a larger number. */
function digitsOf(places: Uint32Array, values: Float64Array): Uint16Array {
  const columns = new Uint16Array(places.length * digitsPerNumber);
  const number = new DataView(new ArrayBuffer(8));
  for (let row = 0; row < places.length; row++) {
    // Adding zero turns −0 into 0, which would differ in its bits.
    number.setFloat64(0, (values[places[row] as number] as number) + 0);
    // The order of positive numbers is that of their bits, and of negative ones the reverse.
    const flip = number.getUint16(0) & 0x8000 ? 0 : 0xffff;
    const sign = flip === 0 ? 0 : 0x8000;
    for (let digit = 0; digit < digitsPerNumber; digit++) {
      const bits = number.getUint16(2 * (digitsPerNumber - 1 - digit));
      const signed = digit === digitsPerNumber - 1 ? bits ^ sign : bits;
      columns[digit * places.length + row] = signed ^ flip;
    }
  }
  return columns;
}

interface Sorted {
  places: Uint32Array;
  /** Where each place stood at first, which is where its digits are. */
  rows: Uint32Array;
}

function sortByDigit({ places, rows }: Sorted, column: Uint16Array): Sorted {
  const next = new Uint32Array(digits + 1);
  for (const digit of column) next[digit + 1] = (next[digit + 1] as number) + 1;
  if (next[(column[0] ?? 0) + 1] === column.length) return { places, rows };
  for (let digit = 1; digit <= digits; digit++)
    next[digit] = (next[digit] as number) + (next[digit - 1] as number);
  const sorted = { places: new Uint32Array(places.length), rows: new Uint32Array(places.length) };
  for (let i = 0; i < places.length; i++) {
    const row = rows[i] as number;
    const digit = column[row] as number;
    const to = next[digit] as number;
    next[digit] = to + 1;
    sorted.places[to] = places[i] as number;
    sorted.rows[to] = row;
  }
  return sorted;
}
