import type { KeyFigures } from './inputs.ts';
import { dayMs, maxSteps, zeros } from './time-steps.ts';

/** Keys that had not been seen before: of each UTC day, past 1,008 days of several days together. */
export interface NewKeys {
  fromMs: number;
  stepMs: number;
  keys: number[];
}

export function newKeysOf(
  firstMs: number,
  lastMs: number,
  newKeysByDay: KeyFigures['newKeysByDay'],
): NewKeys {
  const first = Math.floor(firstMs / dayMs);
  const days = Math.floor(lastMs / dayMs) - first + 1;
  const merged = Math.ceil(days / maxSteps);
  const counts = zeros(Math.ceil(days / merged));
  for (const { day, keys } of newKeysByDay) {
    const step = Math.floor((day - first) / merged);
    if (step < 0 || step >= counts.length) continue;
    counts[step] = (counts[step] as number) + keys;
  }
  return { fromMs: first * dayMs, stepMs: merged * dayMs, keys: counts };
}
