import { systemClock } from '../core/clock.ts';
import type { FollowEvent } from '../core/history/follow-event.ts';
import type { IngestProgress } from '../core/history/ingest-options.ts';
import { AnalyzeProgress } from '../ui/analyze/progress.ts';
import { FollowView } from '../ui/follow-view.ts';
import { jsonLine, PacedJsonLines } from '../ui/json-lines.ts';
import { wantsPlain } from '../ui/plain-wish.ts';
import { askedJson, askedProgress } from './asked-progress.ts';
import type { ProgressMode } from './progress-flag.ts';

/** Tells on standard error how far the reading of logs is; where nobody wants to know it waits to be asked by SIGUSR1. */
export interface AnalyzeWatch {
  onProgress(progress: IngestProgress): void;
  onFollow(event: FollowEvent): void;
  /** May be called again. */
  clear(): void;
}

export function watchAnalyze(mode: ProgressMode): AnalyzeWatch {
  const { stderr } = process;
  if (mode === 'json') return jsonWatch(stderr);
  const isLive = mode === 'auto' && stderr.isTTY === true && !wantsPlain(process.argv, process.env);
  const view = new FollowView(stderr, isLive ? 'live' : mode === 'none' ? 'troubles' : 'lines', systemClock);
  const text = askedProgress(mode, () => view.statusWords());
  const progress = new AnalyzeProgress(text, () => performance.now());
  return {
    onProgress: (step) => progress.show(step),
    onFollow: (event) => {
      progress.clear();
      view.onFollow(event);
    },
    clear: () => {
      progress.clear();
      view.clear();
    },
  };
}

function jsonWatch(stderr: NodeJS.WriteStream): AnalyzeWatch {
  const lines = new PacedJsonLines(stderr, () => performance.now());
  let read: IngestProgress | undefined;
  let followed: { logs: number; events: number; latestMs?: number | undefined } | undefined;
  const readLine = (step: IngestProgress) =>
    ({ type: 'analyze', atMs: systemClock.nowMs(), ...step }) as const;
  askedJson(() =>
    followed
      ? { type: 'follow', atMs: systemClock.nowMs(), event: 'asked', ...followed }
      : read && readLine(read),
  );
  return {
    onProgress: (step) => {
      read = step;
      lines.write(readLine(step), step.path);
    },
    onFollow: (event) => {
      if (event.kind === 'quiet') return;
      if (event.kind === 'began') followed = { logs: event.logs, events: 0 };
      if (event.kind === 'stored' && followed)
        followed = {
          ...followed,
          events: followed.events + event.events,
          latestMs: event.latestMs ?? followed.latestMs,
        };
      const { kind, ...facts } = event;
      stderr.write(jsonLine({ type: 'follow', atMs: systemClock.nowMs(), event: kind, ...facts }));
    },
    clear: () => undefined,
  };
}
