import type { TableReport } from '../../core/history/log-report.ts';
import { printable } from '../../core/text.ts';
import { formatCount, formatCounted, formatInstant } from '../format.ts';
import { clip, type PageFrame } from './page-frame.ts';

/** What is to be said of a table's rows, a line each. */
export function tableLines(table: TableReport, frame: PageFrame): string[] {
  const { brush, width } = frame;
  const { rejects, pendingRows, lateRows, countedToMs, coldEvents } = table;
  return [
    ...rejects.map(
      ({ reason, rows }) =>
        `    ${brush.paint('warning', formatCounted(rows, 'row'))}: ${clip(printable(reason), width - 24, frame)}`,
    ),
    ...(coldEvents > 0
      ? [`    ${formatCount(coldEvents)} events are of keys that are not kept one by one (--max-keys)`]
      : []),
    ...(lateRows > 0
      ? [
          `    ${brush.paint('warning', formatCounted(lateRows, 'row'))} came after their time was counted, and are not`,
          '    (a longer ?lateness= waits for such rows, --rebuild counts all anew)',
        ]
      : []),
    ...(pendingRows > 0 ? [`    too new to be counted yet: ${formatCounted(pendingRows, 'row')}`] : []),
    ...(countedToMs === undefined ? [] : [`    counted up to ${formatInstant(countedToMs)}`]),
  ];
}
