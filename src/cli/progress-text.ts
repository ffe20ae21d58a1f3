import { LiveLine, type ProgressText } from '../ui/live-line.ts';
import { PacedLines } from '../ui/paced-lines.ts';
import { wantsPlain } from '../ui/plain-wish.ts';
import type { ProgressMode } from './progress-flag.ts';

/** Where words on progress go: a live line on a terminal, or lines below each other where words alone are wanted; undefined where none are wanted. */
export function progressText(mode: ProgressMode): ProgressText | undefined {
  const { stderr } = process;
  const isPlain =
    mode === 'plain' || (mode === 'auto' && stderr.isTTY && wantsPlain(process.argv, process.env));
  if (isPlain) return new PacedLines(stderr, () => performance.now());
  return mode === 'auto' && stderr.isTTY ? new LiveLine(stderr, () => performance.now()) : undefined;
}
