import type { PostgresFigures } from '../postgres.ts';
import { markdownTable } from './page.ts';

/** How many times as long as COPY alone a copy may take, compared and in its place; what is aimed at; and how soon the planned rows are there. */
const ratioLimit = 1.8;
const ratioAim = 1.3;
const hotLimitSeconds = 2;

const names: Record<keyof PostgresFigures['seconds'], string> = {
  copy: 'COPY | COPY, binary, compared with nothing',
  subscription: 'CREATE SUBSCRIPTION with copy, compared with nothing',
  plain: 'foresync add-replica --no-plan',
  planned: 'foresync add-replica --plan',
};

export function postgresTable({
  rows,
  tableBytes,
  plannedKeys,
  seconds,
  hotSeconds,
}: PostgresFigures): string {
  const count = (value: number) => value.toLocaleString('en-US');
  const ratio = (way: keyof typeof names) => seconds[way].median / seconds.copy.median;
  const worst = Math.max(ratio('plain'), ratio('planned'));
  const verdict = worst < ratioLimit ? `kept${worst < ratioAim ? ', and so is the aim' : ''}` : 'missed';
  const isFaster = Math.max(seconds.plain.median, seconds.planned.median) < seconds.subscription.median;
  return [
    `${count(rows)} rows, ${(tableBytes / 1e6).toFixed(0)} MB; ${count(plannedKeys)} planned rows were there after ${hotSeconds.median.toFixed(2)} s (${hotSeconds.least.toFixed(2)} to ${hotSeconds.most.toFixed(2)}).`,
    markdownTable(
      ['', 'seconds, median', 'least to most', 'times COPY'],
      (Object.keys(names) as (keyof typeof names)[]).map((way) => [
        names[way],
        seconds[way].median.toFixed(2),
        `${seconds[way].least.toFixed(2)} to ${seconds[way].most.toFixed(2)}`,
        ratio(way).toFixed(2),
      ]),
    ),
    `Limits: ${ratioLimit} times COPY (${ratioAim} is aimed at), **${verdict}**; faster than CREATE SUBSCRIPTION, **${isFaster ? 'kept' : 'missed'}**; planned rows there after ${hotLimitSeconds} s, **${hotSeconds.median < hotLimitSeconds ? 'kept' : 'missed'}**.`,
  ].join('\n\n');
}
