import type { ForecastProgress } from '../core/forecast/progress.ts';
import { printable } from '../core/text.ts';
import { formatCompact, formatCount, formatEta, formatPercent } from './format.ts';
import type { ProgressText } from './live-line.ts';

/** An ETA from less than this is a guess. */
const leastMs = 300;

/** What is being done while a plan is made, in one line on a terminal: how far it is, how fast, how long it will take. */
export class PlanProgress {
  readonly #line: ProgressText;
  readonly #nowMs: () => number;
  #step: ForecastProgress['step'] | undefined;
  #startedMs = 0;

  constructor(line: ProgressText, nowMs: () => number) {
    this.#line = line;
    this.#nowMs = nowMs;
  }

  show({ step, done, all }: ForecastProgress): void {
    const begins = step !== this.#step;
    if (begins) {
      this.#step = step;
      this.#startedMs = this.#nowMs();
    }
    this.#line.show((nowMs) => stepLine(step, done, all, nowMs - this.#startedMs), { now: begins });
  }

  writes(file: string): void {
    this.#line.show(() => `writing ${printable(file, 60)}`, { now: true });
  }

  clear(): void {
    this.#line.clear();
  }
}

/** What each step does and counts; the rate is told where it counts keys, of which there may be millions. */
const steps: Record<ForecastProgress['step'], { doing: string; of: string; rate: boolean }> = {
  keys: { doing: 'reading the history', of: 'keys', rate: true },
  features: { doing: 'looking back', of: 'earlier moments', rate: false },
  learn: { doing: 'learning', of: 'forests', rate: false },
  series: { doing: 'fitting series', of: 'fits', rate: false },
  predict: { doing: 'forecasting', of: 'keys', rate: true },
};

function stepLine(step: ForecastProgress['step'], done: number, all: number, ms: number): string {
  const share = all > 0 ? Math.min(1, done / all) : 0;
  const { doing, of, rate } = steps[step];
  const what = `${doing}  ${formatPercent(share)}  ${formatCount(done)} of ${formatCount(all)} ${of}`;
  if (ms < leastMs || share === 0) return what;
  return [
    what,
    ...(rate ? [`${formatCompact((done / ms) * 1000)} keys/s`] : []),
    ...(share === 1 ? [] : [`ETA ${formatEta(ms * (1 / share - 1))}`]),
  ].join('  ');
}
