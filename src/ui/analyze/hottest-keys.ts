import type { TrafficProfile } from '../../core/history/traffic/profile.ts';
import { printable } from '../../core/text.ts';
import { formatCompact, formatPercent } from '../format.ts';
import { bar, sparkline } from '../theme.ts';
import { fitEnds, type PageFrame, row, scaledTo, textWidth } from './page-frame.ts';
import { condense } from './resample.ts';

const figuresWidth = 17;

/** Longer than any key that a log gives. */
const maxKeyLength = 8192;

/** In fewer steps a bar of a key's reads says more than their course. */
const leastSteps = 4;

/** Keys by reads, each with its own course over the history. */
export function hottestKeys(profile: TrafficProfile, frame: PageFrame): string[] {
  const { brush } = frame;
  const shown = profile.hottest.filter((key) => key.reads > 0).slice(0, scaledTo(frame, 5, 10));
  const most = shown[0]?.reads ?? 1;
  const drawnWidth = scaledTo(frame, 22, 48);
  const keyWidth = textWidth(frame) - drawnWidth - figuresWidth - 1;
  return shown.map(({ key, reads, accesses }, index) => {
    const drawn =
      accesses.length < leastSteps
        ? bar(reads / most, drawnWidth, brush.theme)
        : sparkline(condense(accesses, drawnWidth), drawnWidth, brush.theme).padEnd(drawnWidth);
    const figures = `${formatCompact(reads).padStart(8)} ${formatPercent(reads / profile.reads, 1).padStart(8)}`;
    const text = `${fitEnds(printable(key, maxKeyLength), keyWidth, frame)} ${brush.paint('active', drawn)}${figures}`;
    return row(index === 0 ? 'Hottest' : '', text, brush);
  });
}
