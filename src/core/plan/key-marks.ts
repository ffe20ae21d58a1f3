import { setImmediate } from 'node:timers/promises';
import type { KeyPatterns } from './key-patterns.ts';

export const mark = { none: 0, pinned: 1, excluded: 2 } as const;

/** What an operator said of the keys of a forecast. */
export interface KeyMarks {
  /** One of `mark` for each key. */
  marks: Uint8Array;
  pinned: number;
  excluded: number;
  /** Keys that are pinned by their whole name and that the forecast does not know, in the order that they were named in. */
  unseen: string[];
}

export interface KeyWishes {
  pin: KeyPatterns;
  exclude: KeyPatterns;
}

const keysPerTurn = 8192;

/** Texts of keys, by their places. */
export interface KeyNames {
  readonly length: number;
  at(place: number): string | undefined;
}

/** Looks at every key. A key that is pinned and excluded is excluded. Lets the event loop turn, and rejects when the signal trips. */
export async function markKeys(
  keys: KeyNames,
  { pin, exclude }: KeyWishes,
  signal?: AbortSignal,
): Promise<KeyMarks> {
  const found = { marks: new Uint8Array(keys.length), pinned: 0, excluded: 0 };
  const unseen = new Set(pin.exact);
  for (let from = 0; from < keys.length; from += keysPerTurn) {
    signal?.throwIfAborted();
    for (let index = from; index < Math.min(keys.length, from + keysPerTurn); index++) {
      const key = keys.at(index) as string;
      unseen.delete(key);
      if (isMeant(key, exclude)) {
        found.marks[index] = mark.excluded;
        found.excluded++;
      } else if (isMeant(key, pin)) {
        found.marks[index] = mark.pinned;
        found.pinned++;
      }
    }
    await setImmediate();
  }
  return { ...found, unseen: [...unseen].filter((key) => !isMeant(key, exclude)) };
}

function isMeant(key: string, { exact, globs }: KeyPatterns): boolean {
  return exact.has(key) || globs.some((matches) => matches(key));
}
