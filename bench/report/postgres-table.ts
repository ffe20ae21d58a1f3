import type { PostgresFigures } from '../postgres.ts';
import { markdownTable } from './page.ts';

/** How many times as long as COPY alone a copy may take, compared and in its place; what is aimed at; and how soon the planned rows are there. */
const ratioLimit = 1.8;
const ratioAim = 1.3;
const hotLimitSeconds = 2;

type Way = keyof PostgresFigures['seconds'];

const names: Record<Way, string> = {
  copy: 'COPY | COPY, binary, compared with nothing',
  subscription: 'CREATE SUBSCRIPTION with copy, compared with nothing',
  pgcopydb: 'pgcopydb clone, compared with nothing',
  plain: 'foresync add-replica --no-plan',
  planned: 'foresync add-replica --plan',
};

export function postgresTable(figures: PostgresFigures): string {
  const { rows, tableBytes, plannedKeys, seconds, cpuSeconds, hotSeconds } = figures;
  const count = (value: number) => value.toLocaleString('en-US');
  const median = (way: Way) => seconds[way]?.median ?? Number.NaN;
  const slowest = Math.max(median('plain'), median('planned'));
  const worst = slowest / median('copy');
  const verdict = worst < ratioLimit ? `kept${worst < ratioAim ? ', and so is the aim' : ''}` : 'missed';
  const fasterThan = (way: Way) => (slowest < median(way) ? 'kept' : 'missed');
  return [
    `${count(rows)} rows, ${(tableBytes / 1e6).toFixed(0)} MB; ${count(plannedKeys)} planned rows were there after ${hotSeconds.median.toFixed(2)} s (${hotSeconds.least.toFixed(2)} to ${hotSeconds.most.toFixed(2)}).`,
    markdownTable(
      ['', 'seconds, median', 'least to most', 'times COPY', 'CPU seconds'],
      (Object.keys(names) as Way[]).flatMap((way) => {
        const spread = seconds[way];
        if (!spread) return [];
        const { median: middle, least, most } = spread;
        const range = `${least.toFixed(2)} to ${most.toFixed(2)}`;
        const ratio = (middle / median('copy')).toFixed(2);
        return [[names[way], middle.toFixed(2), range, ratio, cpuSeconds[way]?.median.toFixed(2) ?? '']];
      }),
    ),
    seconds.pgcopydb ? '' : 'pgcopydb was not there.',
    `Limits: ${ratioLimit} times COPY (${ratioAim} is aimed at), **${verdict}**; faster than CREATE SUBSCRIPTION, **${fasterThan('subscription')}**${seconds.pgcopydb ? `, and than pgcopydb, **${fasterThan('pgcopydb')}**` : ''}; planned rows there after ${hotLimitSeconds} s, **${hotSeconds.median < hotLimitSeconds ? 'kept' : 'missed'}**.`,
  ]
    .filter((part) => part !== '')
    .join('\n\n');
}
