import { systemClock } from '../core/clock.ts';
import type { OnForecastProgress } from '../core/forecast/progress.ts';
import { PacedJsonLines } from '../ui/json-lines.ts';
import { PlanProgress } from '../ui/plan-progress.ts';
import type { ProgressMode } from './progress-flag.ts';
import { progressText } from './progress-text.ts';

/** Tells on standard error how far the making of a plan is. */
export interface PlanWatch {
  show: OnForecastProgress;
  /** The plan is made, and goes into this file. */
  writes(file: string): void;
  /** May be called again. */
  clear(): void;
}

/** Undefined where nobody wants to know. */
export function watchPlan(mode: ProgressMode): PlanWatch | undefined {
  if (mode !== 'json') {
    const text = progressText(mode);
    return text && new PlanProgress(text, () => performance.now());
  }
  const lines = new PacedJsonLines(process.stderr, () => performance.now());
  return {
    show: (step) => lines.write({ type: 'plan', atMs: systemClock.nowMs(), ...step }, step.step),
    writes: () => undefined,
    clear: () => undefined,
  };
}
