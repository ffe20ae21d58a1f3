import path from 'node:path';
import { Flags } from '@oclif/core';
import type { ReplicaGroup } from '../core/group/config.ts';
import type { KeyWishes } from '../core/plan/key-marks.ts';
import { readKeyPatterns } from '../core/plan/key-patterns.ts';

const keyPattern = (description: string) =>
  Flags.string({ description, helpValue: 'PATTERN', multiple: true, multipleNonGreedy: true });

export const keyWishFlags = {
  pin: keyPattern(
    'A key that is planned first, whatever its confidence, even if it was never seen; a pattern with * and ?, of the keys that were; or @FILE with one a line. May be repeated.',
  ),
  exclude: keyPattern('A key, a pattern or @FILE that is never planned, pinned or not. May be repeated.'),
};

/** What the flags and foresync.yaml say of keys, or undefined where they say nothing. Throws what `readKeyPatterns` does. */
export function keyWishes(
  flags: { pin?: string[] | undefined; exclude?: string[] | undefined },
  group: ReplicaGroup | undefined,
): KeyWishes | undefined {
  const wish = (name: 'pin' | 'exclude') => [
    { patterns: group?.[name] ?? [], folder: path.dirname(group?.file ?? '.') },
    { patterns: flags[name] ?? [], folder: process.cwd() },
  ];
  const [pin, exclude] = [wish('pin'), wish('exclude')];
  const said = [...pin, ...exclude].some(({ patterns }) => patterns.length > 0);
  return said ? { pin: readKeyPatterns(pin), exclude: readKeyPatterns(exclude) } : undefined;
}
