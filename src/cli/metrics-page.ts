import path from 'node:path';
import { systemClock } from '../core/clock.ts';
import type { RunReport } from '../core/metrics/run-report.ts';
import type { StateFile } from '../core/state/open.ts';
import { shortId } from '../core/text.ts';
import { type Brush, brushFor } from '../ui/metrics-paint.ts';
import { nextStep, sameFiles } from './next-step.ts';

/** What the pages of `metrics` are made with. */
export interface MetricsContext {
  state: StateFile;
  brush: Brush;
  nowMs: number;
  signal: AbortSignal;
  json: boolean;
  /** Prints lines, where JSON is not asked for. */
  print(lines: readonly string[]): void;
}

export function metricsContext(
  state: StateFile,
  { json, signal, log }: { json: boolean; signal: AbortSignal; log(text: string): void },
): MetricsContext {
  const print = (lines: readonly string[]) => {
    if (!json && lines.length > 0) log(lines.join('\n'));
  };
  const brush = brushFor(process.argv, process.env);
  return { state, brush, nowMs: systemClock.nowMs(), signal, json, print };
}

/** A forecast is worth something once it was measured, and the next one is made of that. */
export function suggestNext(
  { state: { path: file }, print }: MetricsContext,
  { id, command, cameTrue }: RunReport,
): void {
  const state = path.relative('.', file);
  if (cameTrue !== undefined) print([nextStep(`foresync plan${sameFiles({ state })}`)]);
  else if (command === 'add-replica')
    print([nextStep(`foresync metrics ${shortId(id)} --log FILE${sameFiles({ state })}`)]);
}
