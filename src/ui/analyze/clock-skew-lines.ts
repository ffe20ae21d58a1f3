import type { ReplicaSkew, SkewUnknown } from '../../core/history/traffic/clock-skew.ts';
import type { TrafficProfile } from '../../core/history/traffic/profile.ts';
import { printable } from '../../core/text.ts';
import { formatSpan } from '../format.ts';
import { clip, type PageFrame, row, scaledTo, textWidth } from './page-frame.ts';

const shownReplicas = 4;

const reasons: Record<SkewUnknown, string> = {
  'too-little': 'too little in common',
  'no-peak': 'no shared traffic that shows',
  'several-peaks': 'several offsets would do',
};

/** How far the clocks of the logs are apart; nothing for one replica. Offsets first, then agreement, then what cannot be told. */
export function clockSkewLines({ course }: TrafficProfile, frame: PageFrame): string[] {
  const clockSkew = course?.clockSkew;
  if (!clockSkew) return [];
  const { brush } = frame;
  const ranked = clockSkew.replicas.toSorted((a, b) => interest(b) - interest(a));
  const reference = nameOf(clockSkew.reference, frame);
  const lines = ranked.slice(0, shownReplicas).map((replica) => {
    const name = nameOf(replica.name, frame);
    if ('reason' in replica) {
      return brush.paint('quiet', shortened(`${name}: cannot be told, ${reasons[replica.reason]}`, frame));
    }
    const { offsetMs, by } = replica;
    if (offsetMs === 0) {
      const sign = brush.paint('good', brush.symbols.done);
      return `${sign} ${shortened(`${name} agrees with ${reference} to the minute`, frame)}`;
    }
    const side = offsetMs > 0 ? 'later than' : 'earlier than';
    const words = `${name}'s ${by} are ${formatSpan(Math.abs(offsetMs))} ${side} ${reference}'s`;
    return `${brush.paint('warning', brush.symbols.warning)} ${shortened(words, frame)}`;
  });
  return lines.map((line, index) => row(index === 0 ? 'Clocks' : '', line, brush));
}

function interest(replica: ReplicaSkew): number {
  if ('reason' in replica) return 0;
  return replica.offsetMs === 0 ? 1 : 2;
}

function nameOf(name: string, frame: PageFrame): string {
  return clip(printable(name), scaledTo(frame, 16, 32), frame);
}

function shortened(text: string, frame: PageFrame): string {
  return clip(text, textWidth(frame) - 2, frame);
}
