import type { RunPicture } from '../../core/report/picture.ts';
import { printable, shortId } from '../../core/text.ts';
import { formatBytes } from '../format.ts';
import type { Brush } from '../metrics-paint.ts';

/** What is said once a report was written, and what would make it say more. */
export function writtenLines(
  { report }: RunPicture,
  { file, sizeBytes, stateOption }: { file: string; sizeBytes: number; stateOption: string },
  { paint, symbols, next }: Brush,
): string[] {
  const id = shortId(report.id);
  const isMeasured = report.cameTrue !== undefined || report.command === 'prefetch';
  return [
    `${paint('good', symbols.done)} Run ${id} is drawn in ${paint('strong', printable(file, 4096))} (${formatBytes(sizeBytes)}), one page that any browser opens.`,
    ...(isMeasured
      ? []
      : [
          `  ${paint('quiet', 'What came true is not in it. With an access log of the joiner:')}`,
          `  ${paint('quiet', next)} foresync metrics ${id} --log FILE${stateOption}`,
          `  ${paint('quiet', next)} foresync report ${id} --replace${stateOption}`,
        ]),
  ];
}
