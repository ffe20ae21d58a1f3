import { allPlaces, orderByWords } from './radix-order.ts';

/** Places of the values, highest first; equal ones stay in their order. */
export function descendingOrder(values: Float32Array): Uint32Array {
  const words = new Uint32Array(values.length);
  const bits = new Uint32Array(values.buffer, values.byteOffset, values.length);
  // Flipped so that unsigned order is descending order of the floats, negative ones included.
  for (let i = 0; i < words.length; i++) words[i] = bits[i]! & 0x80000000 ? bits[i]! : ~bits[i]! & 0x7fffffff;
  return orderByWords(allPlaces(values.length), words);
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
