import type { RunPicture } from '../../core/report/picture.ts';
import { formatHitRate, formatPercent, formatSpan } from '../format.ts';

import { figureSection, legendOf } from './figure.ts';
import { measuredDots, measuredTable } from './hit-rate.ts';
import { type Markup, markup } from './markup.ts';
import { areaOf, axes, timeAcross } from './plot.ts';
import { shareScale } from './scale.ts';

const height = 220;

/** Whether the plan's hit rate held over its horizon; nothing where no log was measured, which is told elsewhere. */
export function horizonSection({ horizon, report }: RunPicture): Markup | undefined {
  if (!horizon) return undefined;
  const { expected, steps, horizonMs } = horizon;
  const came = report.planHitRate === undefined ? '' : `, and ${formatHitRate(report.planHitRate)} did`;
  const lead = `Of the reads within ${formatSpan(horizonMs)} of the plan's origin ${formatHitRate(expected)} were expected to be of planned rows${came}.`;
  return figureSection({
    id: 'horizon',
    title: "Hit rate over the plan's horizon",
    lead,
    description: `${lead} ${steps.length} measured steps of time.`,
    height,
    draw: (size) => {
      const area = areaOf(size, height);
      const across = timeAcross(horizonMs, area);
      const up = shareScale(area.bottom, area.top);
      return markup`${axes(area, across, up, formatPercent)}<path class="line expected" d="M${area.left} ${up.at(expected)}H${area.right}"/>${measuredDots(steps, across, up)}`;
    },
    legend: legendOf([
      { mark: 'line expected', text: 'expected by the plan' },
      { mark: 'dots measured', text: "measured, by the joiner's access log" },
    ]),
    tables: measuredTable(steps, "Hit rate over the plan's horizon"),
  });
}
