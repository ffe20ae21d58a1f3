import { setImmediate } from 'node:timers/promises';
import { allPlaces, orderByWords } from '../../forecast/radix-order.ts';
import type { PlanIndex } from '../inspect/plan-index.ts';

/** Stands for no entry. */
export const unpaired = 0xffff_ffff;

const pairsPerTurn = 65_536;

/**
 * Which entry of `b` has the key of each entry of `a`, or `unpaired`; where a key is there more than once, its entries are paired in their order. Keys are the
 * same where their whole JSON is. Lets the event loop turn, and rejects when the signal trips.
 */
export async function pairEntries(a: PlanIndex, b: PlanIndex, signal?: AbortSignal): Promise<Uint32Array> {
  const pairs = new Uint32Array(a.length).fill(unpaired);
  const [left, right] = [byHash(a), byHash(b)];
  let [i, j] = [0, 0];
  let turn = 0;
  while (i < a.length && j < b.length) {
    if (i + j >= turn) {
      await setImmediate();
      signal?.throwIfAborted();
      turn = i + j + pairsPerTurn;
    }
    const [hash, other] = [left.hashAt(i), right.hashAt(j)];
    if (hash < other) i++;
    else if (other < hash) j++;
    else {
      const [iEnd, jEnd] = [left.endOf(i), right.endOf(j)];
      pairGroup(a, left.order.subarray(i, iEnd), b, right.order.subarray(j, jEnd), pairs);
      [i, j] = [iEnd, jEnd];
    }
  }
  return pairs;
}

/** Entries in the order of their keys' hashes, those of one hash in the plan's. */
function byHash({ keys, length }: PlanIndex) {
  const hashes = keys.hashes();
  const order = orderByWords(allPlaces(length), hashes);
  const hashAt = (place: number) => hashes[order[place] as number] as number;
  const endOf = (from: number) => {
    let end = from + 1;
    while (end < length && hashAt(end) === hashAt(from)) end++;
    return end;
  };
  return { order, hashAt, endOf };
}

/** Pairs entries of one hash, of which there may be many in a plan that was made for it: no key is compared with all others. */
function pairGroup(
  a: PlanIndex,
  left: Uint32Array,
  b: PlanIndex,
  right: Uint32Array,
  pairs: Uint32Array,
): void {
  if (left.length === 1 && right.length === 1) {
    const [one, other] = [left[0] as number, right[0] as number];
    if (isSameKey(a, one, b, other)) pairs[one] = other;
    return;
  }
  const waiting = new Map<string, number[]>();
  for (const entry of right) {
    const name = nameOf(b, entry);
    const same = waiting.get(name);
    if (same) same.push(entry);
    else waiting.set(name, [entry]);
  }
  const taken = new Map<string, number>();
  for (const entry of left) {
    const name = nameOf(a, entry);
    const at = taken.get(name) ?? 0;
    const found = waiting.get(name)?.[at];
    if (found === undefined) continue;
    pairs[entry] = found;
    taken.set(name, at + 1);
  }
}

function isSameKey(a: PlanIndex, one: number, b: PlanIndex, other: number): boolean {
  if (a.isText[one] !== b.isText[other] || !a.keys.sameAs(one, b.keys, other)) return false;
  const isHeld = a.keys.isWhole(one) && b.keys.isWhole(other);
  return isHeld || a.at(one) === b.at(other);
}

/** Different for different keys, also for a text and a key that looks like it. */
function nameOf(index: PlanIndex, entry: number): string {
  return `${index.isText[entry]}${index.at(entry)}`;
}
