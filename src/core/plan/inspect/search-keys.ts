import { setImmediate } from 'node:timers/promises';
import type { PlanIndex } from './plan-index.ts';

/** The entries whose keys hold a text. */
export interface FoundKeys {
  text: string;
  /** 1 for each entry whose key holds it. */
  found: Uint8Array;
  count: number;
}

const pagesPerTurn = 8;
const cutKeysPerTurn = 1000;

/**
 * Looks for a text in all keys, capitals and all; an empty one is in none. Lets the event loop turn, and rejects when the signal trips. Of keys
 * longer than what is in memory the rest is read from the file.
 */
export async function searchKeys(index: PlanIndex, text: string, signal?: AbortSignal): Promise<FoundKeys> {
  const found = new Uint8Array(index.length);
  if (text === '') return { text, found, count: 0 };
  const needle = Buffer.from(text);
  const { keys } = index;
  let count = 0;
  for (let page = 0; page < keys.pages; page++) {
    if (page % pagesPerTurn === 0) await setImmediate();
    signal?.throwIfAborted();
    count += keys.find(needle, page, found);
  }
  let looked = 0;
  for (const number of keys.cut()) {
    if (looked++ % cutKeysPerTurn === 0) await setImmediate();
    signal?.throwIfAborted();
    if (found[number] === 1 || !index.at(number).includes(text)) continue;
    found[number] = 1;
    count++;
  }
  return { text, found, count };
}
