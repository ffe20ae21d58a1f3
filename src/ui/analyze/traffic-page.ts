import type { TrafficProfile } from '../../core/history/traffic/profile.ts';
import { clockSkewLines } from './clock-skew-lines.ts';
import { gapLines } from './gap-lines.ts';
import { hottestKeys } from './hottest-keys.ts';
import { newKeysLines } from './new-keys-lines.ts';
import type { PageFrame } from './page-frame.ts';
import { replicaLines } from './replica-lines.ts';
import { summaryLines } from './summary-lines.ts';
import { trafficPlot } from './traffic-plot.ts';
import { weekHeatMap } from './week-heat-map.ts';
import { workingSetLines } from './working-set-lines.ts';

/**
 * What the traffic in the whole history looks like; safe to print. A terminal shows the end of it, so the most telling comes last; what says
 * nothing about this history is left out.
 */
export function trafficPage(profile: TrafficProfile, frame: PageFrame): string[] {
  const blocks = [
    weekHeatMap(profile, frame),
    replicaLines(profile, frame),
    [...workingSetLines(profile, frame), ...newKeysLines(profile, frame)],
    trafficPlot(profile, frame),
    [
      ...hottestKeys(profile, frame),
      ...summaryLines(profile, frame),
      ...gapLines(profile, frame),
      ...clockSkewLines(profile, frame),
    ],
  ];
  return blocks
    .filter((lines) => lines.length > 0)
    .flatMap((lines, index) => (index === 0 ? lines : ['', ...lines]));
}
