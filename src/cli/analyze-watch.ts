import { systemClock } from '../core/clock.ts';
import type { FollowEvent } from '../core/history/follow-event.ts';
import type { IngestProgress } from '../core/history/ingest-options.ts';
import { AnalyzeProgress } from '../ui/analyze/progress.ts';
import { FollowView } from '../ui/follow-view.ts';
import { jsonLine, PacedJsonLines } from '../ui/json-lines.ts';
import { wantsPlain } from '../ui/plain-wish.ts';
import type { ProgressMode } from './progress-flag.ts';
import { progressText } from './progress-text.ts';

/** Tells on standard error how far the reading of logs is. */
export interface AnalyzeWatch {
  /** Undefined where nobody wants to know. */
  onProgress: ((progress: IngestProgress) => void) | undefined;
  onFollow(event: FollowEvent): void;
  /** May be called again. */
  clear(): void;
}

export function watchAnalyze(mode: ProgressMode): AnalyzeWatch {
  const { stderr } = process;
  if (mode === 'json') return jsonWatch(stderr);
  const text = progressText(mode);
  const progress = text && new AnalyzeProgress(text, () => performance.now());
  const view = new FollowView(
    stderr,
    mode === 'auto' && stderr.isTTY === true && !wantsPlain(process.argv, process.env),
    systemClock,
  );
  return {
    onProgress: progress && ((step) => progress.show(step)),
    onFollow: (event) => {
      progress?.clear();
      if (mode !== 'none' || event.kind === 'gone' || event.kind === 'trouble') view.onFollow(event);
    },
    clear: () => {
      progress?.clear();
      view.clear();
    },
  };
}

function jsonWatch(stderr: NodeJS.WriteStream): AnalyzeWatch {
  const lines = new PacedJsonLines(stderr, () => performance.now());
  return {
    onProgress: (step) => lines.write({ type: 'analyze', atMs: systemClock.nowMs(), ...step }, step.path),
    onFollow: (event) => {
      if (event.kind === 'quiet') return;
      const { kind, ...facts } = event;
      stderr.write(jsonLine({ type: 'follow', atMs: systemClock.nowMs(), event: kind, ...facts }));
    },
    clear: () => undefined,
  };
}
