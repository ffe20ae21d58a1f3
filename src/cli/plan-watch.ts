import { systemClock } from '../core/clock.ts';
import type { ForecastProgress, OnForecastProgress } from '../core/forecast/progress.ts';
import { PacedJsonLines } from '../ui/json-lines.ts';
import { PlanProgress } from '../ui/plan-progress.ts';
import { askedJson, askedProgress } from './asked-progress.ts';
import type { ProgressMode } from './progress-flag.ts';

/** Tells on standard error how far the making of a plan is. */
export interface PlanWatch {
  show: OnForecastProgress;
  /** The plan is made, and goes into this file. */
  writes(file: string): void;
  /** May be called again. */
  clear(): void;
}

/** Where nobody wants to know it waits to be asked by SIGUSR1. */
export function watchPlan(mode: ProgressMode): PlanWatch {
  return mode === 'json' ? jsonWatch() : new PlanProgress(askedProgress(mode), () => performance.now());
}

function jsonWatch(): PlanWatch {
  const lines = new PacedJsonLines(process.stderr, () => performance.now());
  const lineOf = (step: ForecastProgress) => ({ type: 'plan', atMs: systemClock.nowMs(), ...step }) as const;
  let last: ForecastProgress | undefined;
  askedJson(() => last && lineOf(last));
  return {
    show: (step) => {
      last = step;
      lines.write(lineOf(step), step.step);
    },
    writes: () => undefined,
    clear: () => undefined,
  };
}
