import type { KeyFigures } from './inputs.ts';
import { dayMs, hourMs, maxSteps, zeros } from './time-steps.ts';

/**
 * How many distinct keys are accessed within a window of time: the size of the working set W(t, τ) of P. J. Denning, "The
 * Working Set Model for Program Behavior", Communications of the ACM 11(5), 1968, with keys for pages. Windows are whole
 * hours and UTC days that follow one another; the mean is over those with traffic.
 */
export interface WorkingSet {
  /** By the length of the window, shortest first; the last is the whole history, in which every key is. */
  byWindow: { windowMs: number; meanKeys: number; mostKeys: number }[];
  /** Distinct keys in each hour; past six weeks in each day, past 1,008 days the mean of the days with traffic in a step. */
  overTime: { fromMs: number; stepMs: number; windowMs: number; keys: number[] };
}

export function workingSetOf(firstMs: number, lastMs: number, figures: KeyFigures): WorkingSet {
  const hours = figures.activeByHour.map(({ hour, keys }) => ({ at: hour, keys }));
  const days = figures.activeByDay.map(({ day, keys }) => ({ at: day, keys }));
  const windowOf = (windowMs: number, windows: Window[]) =>
    spans(firstMs, lastMs, windowMs) < 2 ? [] : [{ windowMs, ...meanAndMost(windows) }];
  return {
    byWindow: [
      ...windowOf(hourMs, hours),
      ...windowOf(dayMs, days),
      { windowMs: lastMs - firstMs, meanKeys: figures.keys, mostKeys: figures.keys },
    ],
    overTime:
      spans(firstMs, lastMs, hourMs) <= maxSteps
        ? overTime(firstMs, lastMs, hourMs, hours)
        : overTime(firstMs, lastMs, dayMs, days),
  };
}

interface Window {
  /** Which hour or day since the epoch. */
  at: number;
  keys: number;
}

function spans(firstMs: number, lastMs: number, windowMs: number): number {
  return Math.floor(lastMs / windowMs) - Math.floor(firstMs / windowMs) + 1;
}

function meanAndMost(windows: readonly Window[]): { meanKeys: number; mostKeys: number } {
  let sum = 0;
  let mostKeys = 0;
  for (const { keys } of windows) {
    sum += keys;
    mostKeys = Math.max(mostKeys, keys);
  }
  return { meanKeys: Math.round((sum / Math.max(1, windows.length)) * 10) / 10, mostKeys };
}

function overTime(
  firstMs: number,
  lastMs: number,
  windowMs: number,
  windows: readonly Window[],
): WorkingSet['overTime'] {
  const first = Math.floor(firstMs / windowMs);
  const count = spans(firstMs, lastMs, windowMs);
  const merged = Math.ceil(count / maxSteps);
  const sums = zeros(Math.ceil(count / merged));
  const times = zeros(sums.length);
  for (const { at, keys } of windows) {
    const step = Math.floor((at - first) / merged);
    if (step < 0 || step >= sums.length) continue;
    sums[step] = (sums[step] as number) + keys;
    times[step] = (times[step] as number) + 1;
  }
  return {
    fromMs: first * windowMs,
    stepMs: merged * windowMs,
    windowMs,
    keys: sums.map((sum, step) => Math.round(sum / Math.max(1, times[step] as number))),
  };
}
