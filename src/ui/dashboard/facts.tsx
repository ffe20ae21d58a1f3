import type { ReactNode } from 'react';
import type { RowKind } from '../../core/sync/events.ts';
import type { RowCount, RunSnapshot } from '../../core/sync/snapshot.ts';
import { currentLog, growthWordsOf } from '../delta-log-words.ts';
import {
  formatByteRate,
  formatBytes,
  formatCompact,
  formatCount,
  formatCounted,
  formatPercent,
} from '../format.ts';
import { hitRateNow, limitWords, readsShare, totalRows } from '../plain/words.ts';
import { allReadsWords, readsWords } from '../reads-words.ts';
import { bar, type Role, sparkline } from '../theme.ts';
import { Line, Piece, useTheme } from './text.tsx';

/** Rate, Delta Log, and a table of three; and the plan and reads, where there are any. */
export function factRowsWanted({ plan, serving }: RunSnapshot): number {
  return 5 + (plan ? 1 : 0) + (serving ? 1 : 0);
}

export const labelColumns = 10;
export const figureColumns = 12;
const rateColumns = 40;
/** With the rate above it: names, and rows. */
const tableRows = 3;
const longestSparkline = 60;
const leastWithPlan = 2;
const kinds: Readonly<Record<RunSnapshot['command'], RowKind[]>> = {
  'add-replica': ['hot', 'snapshot', 'delta'],
  prefetch: ['cache'],
};

/** Rate, plan, reads, Delta Log, rows and bytes by kind; on few rows what matters most of these, and the rate where it is one. */
export function Facts({ run, width, rows }: { run: RunSnapshot; width: number; rows: number }): ReactNode {
  const shown = [
    ...kinds[run.command],
    ...(['repair', 'fetched'] as const).filter((kind) => run.byKind[kind].rows > 0),
  ];
  const columns: [name: string, count: RowCount][] = shown.map((kind) => [kind, run.byKind[kind]]);
  if (shown.length > 1) columns.push(['all', totalRows(run)]);
  const names = columns.map(([name]) => name.padStart(figureColumns)).join('');
  const figures = (figure: (count: RowCount) => string) =>
    columns.map(([, count]) => figure(count).padStart(figureColumns)).join('');
  const sizes = figures(({ wireBytes }) => formatBytes(wireBytes));
  // Rows of the Prefetch Cache stay on their donor: nothing is sent.
  const sizeLabel = run.command === 'prefetch' ? 'stored' : 'sent';
  const hasPlan = run.plan !== undefined && rows >= leastWithPlan;
  const hasReads = run.serving !== undefined && rows >= leastWithPlan + (hasPlan ? 1 : 0);
  const left = rows - (hasPlan ? 1 : 0) - (hasReads ? 1 : 0);
  const hasTable = left >= tableRows;
  return (
    <>
      <RateFact run={run} width={width} />
      {hasPlan ? <PlanFact run={run} width={width} /> : null}
      {hasReads && run.serving ? (
        <Fact
          label="reads"
          width={width}
          text={run.outcome === 'running' ? readsWords(run.serving) : allReadsWords(run.serving)}
        />
      ) : null}
      {left === 2 || left > tableRows ? (
        <Fact label="Delta Log" width={width} text={backlogText(run)} />
      ) : null}
      {hasTable ? <Fact label="" width={width} text={names} role="quiet" /> : null}
      {hasTable ? (
        <Fact label="rows" width={width} text={figures((count) => formatCount(count.rows))} />
      ) : null}
      {left >= tableRows + 2 ? <Fact label={sizeLabel} width={width} text={sizes} /> : null}
    </>
  );
}

/** One row: a label, and what there is to say. */
export function Fact({
  label,
  text,
  width,
  role = 'plain',
}: {
  label: string;
  text: string;
  width: number;
  role?: Role;
}): ReactNode {
  return (
    <Line width={width}>
      <Piece role="quiet">{label.padEnd(labelColumns)}</Piece>
      <Piece role={role}>{text}</Piece>
    </Line>
  );
}

function RateFact({ run, width }: { run: RunSnapshot; width: number }): ReactNode {
  const theme = useTheme();
  const seconds = (run.atMs - run.startedAtMs) / 1000;
  const over = run.outcome !== 'running';
  const total = totalRows(run);
  const bytes = over ? total.wireBytes / Math.max(seconds, 0.001) : run.wireBytesPerSecond;
  const rows = over ? total.rows / Math.max(seconds, 0.001) : run.rowsPerSecond;
  const isSent = run.command !== 'prefetch';
  const text = [
    ...(isSent ? [formatByteRate(bytes)] : []),
    `${formatCompact(rows)} rows/s${over ? ' on average' : ''}`,
    ...(run.limit && !over ? [`limit ${limitWords(run.limit)}`] : []),
  ].join('  ');
  const columns = Math.max(rateColumns, text.length + 2);
  const cells = Math.min(longestSparkline, width - labelColumns - columns);
  return (
    <Line width={width}>
      <Piece role="quiet">{'rate'.padEnd(labelColumns)}</Piece>
      <Piece>{text.padEnd(columns)}</Piece>
      <Piece role="active">{isSent ? sparkline(run.rateHistory, cells, theme) : ''}</Piece>
    </Line>
  );
}

/** What the rows that are there are worth: of the plan, and of all reads. */
function PlanFact({ run, width }: { run: RunSnapshot; width: number }): ReactNode {
  const theme = useTheme();
  if (!run.plan) return null;
  const share = readsShare(run.plan);
  const hitRate = hitRateNow(run);
  const isOver = run.outcome !== 'running';
  return (
    <Line width={width}>
      <Piece role="quiet">{'plan'.padEnd(labelColumns)}</Piece>
      <Piece role={share > 0 ? 'good' : 'quiet'}>{bar(share, figureColumns, theme)}</Piece>
      <Piece>{`${formatPercent(share).padStart(6)} of its reads`}</Piece>
      <Piece>
        {hitRate === undefined
          ? ''
          : `  expected hit rate ${formatPercent(hitRate)}${isOver ? '' : ' by now'}`}
      </Piece>
    </Line>
  );
}

function backlogText(run: RunSnapshot): string {
  const { backlog, follow, phases } = run;
  if (follow) return `${formatCounted(follow.keysWaiting, 'key')} waiting`;
  if (!backlog)
    return phases.some(({ name, state }) => name === 'capture' && state === 'done')
      ? 'keeps what changes from now on'
      : 'not begun';
  const waiting = `${formatCounted(backlog.keys, 'key')} waiting`;
  const round = backlog.round > 0 ? `, round ${backlog.round}` : '';
  return `${waiting}${round}${growthWordsOf(currentLog(run))}`;
}
