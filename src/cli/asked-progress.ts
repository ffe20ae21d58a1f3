import { shownText } from '../ui/ascii.ts';
import { jsonLine, type ProgressLine } from '../ui/json-lines.ts';
import { RememberedText } from '../ui/remembered-text.ts';
import { themeFor } from '../ui/theme.ts';
import type { ProgressMode } from './progress-flag.ts';
import { progressText } from './progress-text.ts';
import { onStatusSignal } from './signals.ts';

/**
 * Words on progress that SIGUSR1 prints as a line, also where they are shown nowhere. `more` knows better than the last words, where it knows
 * anything.
 */
export function askedProgress(mode: ProgressMode, more?: () => string | undefined): RememberedText {
  const text = new RememberedText(progressText(mode));
  onStatusSignal(() => {
    text.clear();
    const words = more?.() ?? text.at(performance.now()) ?? 'nothing has begun yet';
    process.stderr.write(`status: ${shownText(words, themeFor(process.argv, process.env))}\n`);
  });
  return text;
}

/** At SIGUSR1 the line of JSON that `line` gives; nothing where there is none. */
export function askedJson(line: () => ProgressLine | undefined): void {
  onStatusSignal(() => {
    const told = line();
    if (told) process.stderr.write(jsonLine(told));
  });
}
