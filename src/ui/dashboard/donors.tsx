import type { ReactNode } from 'react';
import stringWidth from 'string-width';
import type { DonorSnapshot, RunSnapshot } from '../../core/sync/snapshot.ts';
import { formatCount, formatDuration, formatPercent } from '../format.ts';
import { bar, type Role } from '../theme.ts';
import { inColumns } from './columns.ts';
import { Fact, labelColumns } from './facts.tsx';
import { Line, Piece, useTheme } from './text.tsx';

const percentColumns = 6;
const between = 2;
const widestName = 30;
const leastName = 4;
const widestBar = 12;
const narrowestBar = 4;

/** A row for each donor, or one for all of them where there is no more room. */
export function Donors({ run, width, rows }: { run: RunSnapshot; width: number; rows: number }): ReactNode {
  if (rows === 0) return null;
  const all = run.donors.reduce((sum, { rows }) => sum + rows, 0);
  const shareOf = ({ rows }: DonorSnapshot): number => (all > 0 ? rows / all : 0);
  if (run.donors.length > rows || run.donors.length === 0)
    return <DonorsInOne run={run} width={width} shareOf={shareOf} />;
  const hasShares = run.donors.length > 1;
  const columns = columnsFor(run.donors, { width, hasShares });
  return run.donors.map((donor, index) => (
    <DonorLine
      key={donor.donor}
      label={index === 0 ? 'donors' : ''}
      donor={donor}
      share={hasShares ? shareOf(donor) : undefined}
      columns={columns}
    />
  ));
}

interface DonorColumns {
  width: number;
  name: number;
  state: number;
  /** 0 where there is no room for one. */
  bar: number;
  rows: number;
  latency: number;
  /** A host's name is shown where all of it has room. */
  host: number;
}

/** Each column as wide as its widest cell; names are cut where they leave no room for the others, and what is left is the bar's, then the hosts'. */
function columnsFor(
  donors: readonly DonorSnapshot[],
  { width, hasShares }: { width: number; hasShares: boolean },
): DonorColumns {
  const widest = (cell: (donor: DonorSnapshot) => string) =>
    Math.max(...donors.map((donor) => stringWidth(cell(donor))));
  const state = widest((donor) => donor.state) + between;
  const rows = widest(rowsCell) + between;
  const latency = widest(latencyCell) + between;
  const fixed = labelColumns + state + rows + latency + (hasShares ? percentColumns : 0);
  const names = widest(({ donor }) => donor);
  const name = Math.max(leastName, Math.min(names, widestName, width - fixed - between)) + between;
  const room = width - fixed - name;
  const bar = hasShares && room >= narrowestBar ? Math.min(widestBar, room) : 0;
  return { width, name, state, bar, rows, latency, host: room - bar };
}

function rowsCell({ rows }: DonorSnapshot): string {
  return `${formatCount(rows)} rows`;
}

function latencyCell({ state, answerMs, writeMs }: DonorSnapshot): string {
  if (answerMs === undefined || state === 'lost') return '';
  const write = writeMs === undefined ? '' : `, write ${formatDuration(writeMs)}`;
  return `latency ${formatDuration(answerMs)}${write}`;
}

interface DonorsInOneProps {
  run: RunSnapshot;
  width: number;
  shareOf(donor: DonorSnapshot): number;
}

function DonorsInOne({ run, width, shareOf }: DonorsInOneProps): ReactNode {
  const { separator } = useTheme();
  const text = run.donors
    .map((donor) => {
      const { state, answerMs } = donor;
      const isQuick = answerMs !== undefined && (state === 'reading' || state === 'ready');
      return `${donor.donor} ${formatPercent(shareOf(donor))} ${isQuick ? formatDuration(answerMs) : state}`;
    })
    .join(separator);
  return <Fact label="donors" text={text || 'none yet'} width={width} />;
}

const donorRoles: Readonly<Record<DonorSnapshot['state'], Role>> = {
  connecting: 'quiet',
  ready: 'plain',
  reading: 'active',
  done: 'good',
  lost: 'bad',
};

function DonorLine({
  label,
  donor,
  share,
  columns,
}: {
  label: string;
  donor: DonorSnapshot;
  /** Of all rows given; a single donor's would read like progress. */
  share: number | undefined;
  columns: DonorColumns;
}): ReactNode {
  const theme = useTheme();
  const { state, host } = donor;
  const name = inColumns(donor.donor, columns.name - between, theme);
  const hasHost = host !== donor.donor && stringWidth(host) + between <= columns.host;
  return (
    <Line width={columns.width}>
      <Piece role="quiet">{label.padEnd(labelColumns)}</Piece>
      <Piece role="strong">{name.padEnd(name.length + between)}</Piece>
      <Piece role={donorRoles[state]}>{state.padEnd(columns.state)}</Piece>
      {share === undefined ? null : (
        <Piece>{`${bar(share, columns.bar, theme)}${formatPercent(share).padStart(percentColumns)}`}</Piece>
      )}
      <Piece>{rowsCell(donor).padStart(columns.rows)}</Piece>
      <Piece>{`  ${latencyCell(donor)}`.padEnd(columns.latency)}</Piece>
      <Piece role="quiet">{hasHost && host ? host.padStart(host.length + between) : ''}</Piece>
    </Line>
  );
}
