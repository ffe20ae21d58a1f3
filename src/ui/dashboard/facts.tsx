import type { ReactNode } from 'react';
import type { RowKind } from '../../core/sync/events.ts';
import type { RowCount, RunSnapshot } from '../../core/sync/snapshot.ts';
import { currentLog, growthWordsOf } from '../delta-log-words.ts';
import { formatByteRate, formatBytes, formatCompact, formatCount, formatCounted } from '../format.ts';
import { totalRows } from '../plain/words.ts';
import { type Role, sparkline } from '../theme.ts';
import { Line, Piece, useTheme } from './text.tsx';

export const factRowsWanted = 5;

export const labelColumns = 10;
export const figureColumns = 12;
const rateColumns = 40;
const longestSparkline = 60;
const kinds: Readonly<Record<RunSnapshot['command'], RowKind[]>> = {
  'add-replica': ['hot', 'snapshot', 'delta'],
  prefetch: ['cache'],
};

/** Rows and bytes by kind, rate, Delta Log; the first `rows` of these, and the rate where it is one. */
export function Facts({ run, width, rows }: { run: RunSnapshot; width: number; rows: number }): ReactNode {
  const shown = [...kinds[run.command], ...(run.byKind.repair.rows > 0 ? (['repair'] as const) : [])];
  const columns: [name: string, count: RowCount][] = shown.map((kind) => [kind, run.byKind[kind]]);
  if (shown.length > 1) columns.push(['all', totalRows(run)]);
  const figures = (figure: (count: RowCount) => string) =>
    columns.map(([, count]) => figure(count).padStart(figureColumns)).join('');
  const rate = <RateFact key="rate" run={run} width={width} />;
  if (rows === 1) return rate;
  const lines = [
    <Fact
      key="kinds"
      label=""
      width={width}
      text={columns.map(([name]) => name.padStart(figureColumns)).join('')}
      role="quiet"
    />,
    <Fact key="rows" label="rows" width={width} text={figures(({ rows }) => formatCount(rows))} />,
    run.command === 'prefetch' ? (
      <Fact
        key="stored"
        label="stored"
        width={width}
        text={figures(({ wireBytes }) => formatBytes(wireBytes))}
      />
    ) : (
      <Fact key="sent" label="sent" width={width} text={figures(({ wireBytes }) => formatBytes(wireBytes))} />
    ),
    rate,
    <Fact key="delta" label="Delta Log" width={width} text={backlogText(run)} />,
  ];
  return lines.slice(0, rows);
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
  const rowRate = `${formatCompact(rows)} rows/s`;
  // Rows of the Prefetch Cache stay on their donor: nothing is sent.
  const text =
    run.command === 'prefetch'
      ? rowRate.padStart(figureColumns)
      : `${formatByteRate(bytes).padStart(figureColumns)}  ${rowRate}`;
  const cells = Math.min(longestSparkline, width - labelColumns - rateColumns);
  return (
    <Line width={width}>
      <Piece role="quiet">{'rate'.padEnd(labelColumns)}</Piece>
      <Piece>{`${text}${over ? ' on average' : ''}`.padEnd(rateColumns)}</Piece>
      <Piece role="active">
        {run.command === 'prefetch' ? '' : sparkline(run.rateHistory, cells, theme)}
      </Piece>
    </Line>
  );
}

function backlogText(run: RunSnapshot): string {
  const { backlog, follow, phases } = run;
  if (follow) return `${formatCounted(follow.keysWaiting, 'key').padStart(figureColumns)} waiting`;
  if (!backlog)
    return phases.some(({ name, state }) => name === 'capture' && state === 'done')
      ? 'keeps what changes from now on'
      : 'not begun';
  const waiting = `${formatCounted(backlog.keys, 'key').padStart(figureColumns)} waiting`;
  const round = backlog.round > 0 ? `, round ${backlog.round}` : '';
  return `${waiting}${round}${growthWordsOf(currentLog(run))}`;
}
