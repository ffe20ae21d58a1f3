import type { ReplicaProfile, TrafficProfile } from '../../core/history/traffic/profile.ts';
import { printable } from '../../core/text.ts';
import { formatCompact, formatCount, formatPercent } from '../format.ts';
import { bar, sparkline } from '../theme.ts';
import { fit, type PageFrame, row, scaledTo, textWidth } from './page-frame.ts';
import { condense } from './resample.ts';

const shownReplicas = 8;
const figureWidths = [9, 7, 9, 15] as const;
const leastSteps = 4;

/** The replicas side by side, with the keys that one of them alone sees; nothing for one replica. */
export function replicaLines(profile: TrafficProfile, frame: PageFrame): string[] {
  if (profile.replicas.length < 2) return [];
  const { brush } = frame;
  const nameWidth = scaledTo(frame, 14, 24);
  const shown = profile.replicas.slice(0, shownReplicas);
  const rest = profile.replicas.length - shown.length;
  const drawnWidth = textWidth(frame) - nameWidth - 1 - figureWidths.reduce((sum, width) => sum + width, 0);
  const heading = `${' '.repeat(nameWidth + 1 + drawnWidth)}${aligned(['events', 'reads', 'keys', 'only here'])}`;
  return [
    row('Replicas', brush.paint('quiet', heading), brush),
    ...shown.map((replica) => {
      const name = fit(printable(replica.name), nameWidth, frame);
      const drawn = brush.paint('active', course(replica, profile.events, drawnWidth, frame));
      return row('', `${name} ${drawn}${aligned(figures(replica))}`, brush);
    }),
    ...(rest > 0 ? [row('', `and ${formatCount(rest)} more`, brush)] : []),
  ];
}

function course(replica: ReplicaProfile, events: number, width: number, { brush }: PageFrame): string {
  const { accesses, reads, writes } = replica;
  if (accesses.length < leastSteps) return bar((reads + writes) / events, width, brush.theme);
  return sparkline(condense(accesses, width), width, brush.theme).padEnd(width);
}

function figures({ reads, writes, keys, onlyKeys, onlyShare }: ReplicaProfile): string[] {
  return [
    formatCompact(reads + writes),
    formatPercent(reads / Math.max(1, reads + writes)),
    formatCompact(keys),
    `${formatCompact(onlyKeys)} ${formatPercent(onlyShare).padStart(5)}`,
  ];
}

function aligned(texts: readonly string[]): string {
  return texts.map((text, index) => text.padStart(figureWidths[index] ?? 0)).join('');
}
