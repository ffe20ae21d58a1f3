const digitBits = 11;
const digits = 3;
const cells = 1 << digitBits;

/** Places of the values, highest first; equal ones stay in their order. A radix sort over the bits of the floats, so its time grows with the number alone. */
export function descendingOrder(values: Float32Array): Uint32Array {
  const keys = new Uint32Array(values.length);
  const bits = new Uint32Array(values.buffer, values.byteOffset, values.length);
  // Flipped so that unsigned order is descending order of the floats, negative ones included.
  for (let i = 0; i < keys.length; i++) keys[i] = bits[i]! & 0x80000000 ? bits[i]! : ~bits[i]! & 0x7fffffff;
  let order = new Uint32Array(values.length).map((_, i) => i);
  let into = new Uint32Array(values.length);
  for (let digit = 0; digit < digits; digit++) {
    const shift = digit * digitBits;
    const starts = new Uint32Array(cells + 1);
    for (let i = 0; i < keys.length; i++) starts[((keys[i]! >>> shift) & (cells - 1)) + 1]!++;
    for (let cell = 0; cell < cells; cell++) starts[cell + 1]! += starts[cell]!;
    for (let i = 0; i < order.length; i++) {
      const at = order[i]!;
      into[starts[(keys[at]! >>> shift) & (cells - 1)]!++] = at;
    }
    [order, into] = [into, order];
  }
  return order;
}

/** The place of each value among all, 0 for the highest; equal ones share the mean of theirs. A value counts as often as its weight says. */
export function meanRanks(values: Float32Array, weights: Float32Array | undefined): Float32Array {
  const order = descendingOrder(values);
  const ranks = new Float32Array(values.length);
  let before = 0;
  for (let start = 0; start < order.length; ) {
    const value = values[order[start]!]!;
    let end = start;
    let tied = 0;
    for (; end < order.length && values[order[end]!]! === value; end++) tied += weights?.[order[end]!] ?? 1;
    for (let i = start; i < end; i++) ranks[order[i]!] = before + (tied - 1) / 2;
    before += tied;
    start = end;
  }
  return ranks;
}

/** The values, handed out anew so that they stand in the order of `places`; equal places share the mean of theirs. */
export function inOrderOf(places: Float32Array, values: Float32Array): Float32Array {
  const order = descendingOrder(places);
  const sorted = values.slice().sort().reverse();
  const given = new Float32Array(places.length);
  for (let start = 0; start < order.length; ) {
    const place = places[order[start]!]!;
    let end = start;
    let sum = 0;
    for (; end < order.length && places[order[end]!]! === place; end++) sum += sorted[end]!;
    for (let i = start; i < end; i++) given[order[i]!] = sum / (end - start);
    start = end;
  }
  return given;
}
