import { systemClock } from '../core/clock.ts';
import { printable } from '../core/text.ts';
import { shownText } from '../ui/ascii.ts';
import { jsonLine } from '../ui/json-lines.ts';
import { themeFor } from '../ui/theme.ts';
import { wantsJsonLines } from './progress-flag.ts';

/** Tells something on standard error that is neither a result nor an error: a line, or one of JSON Lines where those were asked for. */
export function tell(text: string, level: 'info' | 'warning' = 'info'): void {
  const line = wantsJsonLines(process.argv)
    ? jsonLine({ type: 'message', atMs: systemClock.nowMs(), level, text })
    : `${shownText(printable(text, 2000), themeFor(process.argv, process.env))}\n`;
  process.stderr.write(line);
}
