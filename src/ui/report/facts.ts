import type { RunPicture } from '../../core/report/picture.ts';
import {
  formatByteRate,
  formatBytes,
  formatCount,
  formatCounted,
  formatDuration,
  formatHitRate,
} from '../format.ts';
import { totalRows } from '../plain/words.ts';
import { type Content, type Markup, markup } from './markup.ts';

/** The few figures that a reader asks for first. */
export function factList(picture: RunPicture): Markup {
  const { run, report, hotReadyMs, inSyncMs, buildMs } = picture;
  const total = totalRows(run);
  const isPrefetch = run.command === 'prefetch';
  return markup`<dl class="facts">${[
    isPrefetch
      ? fact('Took', formatDuration(buildMs))
      : fact(
          'In sync after',
          inSyncMs === undefined ? 'never' : formatDuration(inSyncMs),
          proofWords(picture),
        ),
    ...(isPrefetch || !run.plan
      ? []
      : [
          fact(
            'Planned rows after',
            hotReadyMs === undefined ? 'never' : formatDuration(hotReadyMs),
            formatCounted(run.plan.keys, 'planned key'),
          ),
        ]),
    fact(
      isPrefetch ? 'Rows cached' : 'Rows sent',
      formatCount(total.rows),
      run.inSyncRows === undefined ? undefined : `${formatCount(run.inSyncRows)} in the table`,
    ),
    fact(
      isPrefetch ? 'Stored' : 'Sent',
      formatBytes(total.wireBytes),
      isPrefetch ? undefined : formatByteRate((total.wireBytes * 1000) / buildMs),
    ),
    ...(run.plan
      ? [fact('Expected hit rate', formatHitRate(run.plan.expectedHitRate), 'of the reads, by the plan')]
      : []),
    ...(isPrefetch
      ? []
      : [
          fact(
            'Reads of planned keys',
            report.planHitRate === undefined ? 'not measured' : formatHitRate(report.planHitRate),
            report.replicaHitRate === undefined
              ? undefined
              : `hit rate ${formatHitRate(report.replicaHitRate)}`,
          ),
        ]),
  ]}</dl>`;
}

function proofWords({ run }: RunPicture): string | undefined {
  const { verification } = run;
  if (!verification) return undefined;
  const { ranges, differences } = verification;
  return `${formatCounted(ranges, 'range')} compared, ${formatCounted(differences, 'difference')}`;
}

function fact(name: string, figure: string, more?: Content): Markup {
  return markup`<div><dt>${name}</dt><dd>${figure}${more === undefined ? '' : markup` <small>${more}</small>`}</dd></div>`;
}
