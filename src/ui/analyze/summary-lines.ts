import type { TrafficProfile } from '../../core/history/traffic/profile.ts';
import {
  formatCompact,
  formatCount,
  formatCounted,
  formatDuration,
  formatFraction,
  formatInstant,
  formatPercent,
} from '../format.ts';
import { bar } from '../theme.ts';
import { type PageFrame, row, textWidth } from './page-frame.ts';

/** How much there is, of what, over what time, and how unequal the keys are. */
export function summaryLines(profile: TrafficProfile, frame: PageFrame): string[] {
  const { brush } = frame;
  const size = [
    formatCounted(profile.events, 'event'),
    formatCounted(profile.keys, 'key'),
    ...(profile.firstMs === profile.lastMs ? [] : [spanWords(profile)]),
  ];
  const reads = `${brush.paint('active', bar(profile.readShare, 24, brush.theme))} ${formatPercent(profile.readShare, 1)}`;
  return [
    ...rows('History', [size.join(brush.separator), periodWords(profile)], frame),
    ...(profile.coldKeys > 0 ? [row('', coldWords(profile), brush)] : []),
    row('Reads', reads, brush),
    ...(profile.reads > 0 ? rows('Skew', skewWords(profile, brush.separator), frame) : []),
  ];
}

/** In one row where they fit. */
function rows(label: string, texts: [string, string], frame: PageFrame): string[] {
  const { brush } = frame;
  const joined = texts.join(brush.separator);
  if (joined.length <= textWidth(frame)) return [row(label, joined, brush)];
  return texts.map((text, index) => row(index === 0 ? label : '', text, brush));
}

function skewWords({ skew }: TrafficProfile, separator: string): [string, string] {
  const zipf = skew.zipfExponent === undefined ? [] : [`Zipf ${formatFraction(skew.zipfExponent, 2)}`];
  return [
    `hottest 1 % of keys: ${formatPercent(skew.top1Share)} of reads, 10 %: ${formatPercent(skew.top10Share)}`,
    [`Gini ${formatFraction(skew.gini, 2)}`, ...zipf].join(separator),
  ];
}

function coldWords({ coldKeys }: TrafficProfile): string {
  return `and about ${formatCompact(coldKeys)} colder keys, counted together in a sketch`;
}

function spanWords({ firstMs = 0, lastMs = 0 }: TrafficProfile): string {
  const days = (lastMs - firstMs) / 86_400_000;
  return days >= 2 ? `${formatCount(Math.round(days))} days` : formatDuration(lastMs - firstMs);
}

function periodWords({ firstMs = 0, lastMs = 0 }: TrafficProfile): string {
  const [first, last] = [formatInstant(firstMs), formatInstant(lastMs)];
  return first === last ? first : `${first} to ${last}`;
}
