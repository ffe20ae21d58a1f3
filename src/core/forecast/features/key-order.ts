import { allPlaces, orderByNumbers, orderByWords } from '../radix-order.ts';

/** An order of all keys, in shared memory. */
export interface KeyOrder {
  /** Keys by their place. */
  keys: Uint32Array;
  /** Places by key. */
  places: Uint32Array;
}

export function emptyOrder(keys: number): KeyOrder {
  const shared = () => new Uint32Array(new SharedArrayBuffer(Math.max(1, keys) * 4), 0, keys);
  return { keys: shared(), places: shared() };
}

/** The order of keys that are sorted so. */
export function keyOrder(sorted: Uint32Array, into: KeyOrder = emptyOrder(sorted.length)): KeyOrder {
  into.keys.set(sorted);
  for (let place = 0; place < sorted.length; place++) into.places[sorted[place]!] = place;
  return into;
}

/** Keys as a range scan or a listing would meet them: by the text before their last number, by the number, then by what follows. */
export function naturalOrder(names: string[]): Uint32Array {
  const numbers = new Float64Array(names.length);
  const prefixes: string[] = new Array(names.length);
  for (let key = 0; key < names.length; key++) {
    const name = names[key]!;
    const [start, end] = lastDigits(name);
    prefixes[key] = name.slice(0, start);
    numbers[key] = end > start ? Number(name.slice(start, end)) : -1;
  }
  const ranks = ranksOf(prefixes);
  const order = orderByWords(orderByNumbers(allPlaces(names.length), numbers, 'ascending'), ranks);
  for (let start = 0, end = 1; start < order.length; start = end++) {
    const first = order[start]!;
    while (
      end < order.length &&
      ranks[order[end]!] === ranks[first] &&
      numbers[order[end]!] === numbers[first]
    )
      end++;
    if (end > start + 1) order.subarray(start, end).sort((a, b) => (names[a]! < names[b]! ? -1 : 1));
  }
  return order;
}

/** Digits past the 15th do not fit a number exactly, and are left to the comparison of the whole names. */
const maxDigits = 15;

function lastDigits(name: string): [start: number, end: number] {
  let end = name.length;
  while (end > 0 && !isDigit(name.charCodeAt(end - 1))) end--;
  let start = end;
  while (start > 0 && isDigit(name.charCodeAt(start - 1))) start--;
  return [start, Math.min(end, start + maxDigits)];
}

function isDigit(code: number): boolean {
  return code >= 48 && code <= 57;
}

function ranksOf(texts: string[]): Uint32Array {
  const rankOf = new Map<string, number>();
  for (const text of texts) rankOf.set(text, 0);
  let rank = 0;
  for (const text of [...rankOf.keys()].sort()) rankOf.set(text, rank++);
  return Uint32Array.from(texts, (text) => rankOf.get(text)!);
}

/** Keys by the time of their first access; of equal times in the order given. */
export function birthOrder(firstMs: Float64Array, { keys }: KeyOrder): Uint32Array {
  return orderByNumbers(keys.slice(), firstMs, 'ascending');
}
