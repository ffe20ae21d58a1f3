import type { ReactNode } from 'react';
import stringWidth from 'string-width';
import type { DonorSnapshot, RunSnapshot } from '../../core/sync/snapshot.ts';
import { fitEndsCells } from '../cells.ts';
import { formatCount, formatDuration, formatPercent } from '../format.ts';
import { bar, type Role } from '../theme.ts';
import { Fact, labelColumns } from './facts.tsx';
import { Line, Piece, useTheme } from './text.tsx';

const percentColumns = 6;
const between = 2;
const widestName = 30;
const leastName = 4;
const widestBar = 12;
const narrowestBar = 4;

/** A row for each donor, those that are lost first; where there is no room the last row tells of all others. */
export function Donors({ run, width, rows }: { run: RunSnapshot; width: number; rows: number }): ReactNode {
  if (rows === 0) return null;
  const { donors } = run;
  if (donors.length === 0) return <Fact label="donors" text="none yet" width={width} />;
  const all = donors.reduce((sum, { rows }) => sum + rows, 0);
  const shareOf = (rows: number): number => (all > 0 ? rows / all : 0);
  const lostFirst = donors.toSorted((one, other) => +(other.state === 'lost') - +(one.state === 'lost'));
  const shown = donors.length > rows ? lostFirst.slice(0, rows - 1) : lostFirst;
  const others = lostFirst.slice(shown.length);
  const hasShares = donors.length > 1;
  const columns = columnsFor(shown, { width, hasShares });
  return (
    <>
      {shown.map((donor, index) => (
        <DonorLine
          key={donor.donor}
          label={index === 0 ? 'donors' : ''}
          donor={donor}
          share={hasShares ? shareOf(donor.rows) : undefined}
          columns={columns}
        />
      ))}
      {others.length > 0 ? (
        <Fact
          label={shown.length === 0 ? 'donors' : ''}
          text={othersText(others, shown.length > 0 ? shareOf : undefined)}
          width={width}
        />
      ) : null}
    </>
  );
}

const states: readonly DonorSnapshot['state'][] = ['lost', 'connecting', 'ready', 'reading', 'done'];

/** `and 3 more: 1 lost, 2 reading; 34 % of the rows; latency up to 41 ms`; all donors where there is no share to tell. */
function othersText(
  others: readonly DonorSnapshot[],
  shareOf: ((rows: number) => number) | undefined,
): string {
  const counted = states.flatMap((state) => {
    const count = others.filter((donor) => donor.state === state).length;
    return count === 0 ? [] : [`${count} ${state}`];
  });
  const parts = [`${shareOf ? `and ${others.length} more: ` : ''}${counted.join(', ')}`];
  const rows = others.reduce((sum, donor) => sum + donor.rows, 0);
  if (shareOf) parts.push(`${formatPercent(shareOf(rows))} of the rows`);
  const answers = others.flatMap(({ answerMs, state }) =>
    answerMs === undefined || state === 'lost' ? [] : [answerMs],
  );
  if (answers.length > 0) parts.push(`latency up to ${formatDuration(Math.max(...answers))}`);
  return parts.join('; ');
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
  const fixed = labelColumns + state + rows + latency + (hasShares ? percentColumns + 1 : 0);
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
  const name = fitEndsCells(donor.donor, columns.name - between, theme);
  const hasHost = host !== donor.donor && stringWidth(host) + between <= columns.host;
  return (
    <Line width={columns.width}>
      <Piece role="quiet">{label.padEnd(labelColumns)}</Piece>
      <Piece role="strong">{name.padEnd(name.length + between)}</Piece>
      <Piece role={donorRoles[state]}>{state.padEnd(columns.state)}</Piece>
      <Piece>{rowsCell(donor).padStart(columns.rows)}</Piece>
      {share === undefined ? null : (
        <Piece>{`${formatPercent(share).padStart(percentColumns)} ${bar(share, columns.bar, theme)}`}</Piece>
      )}
      <Piece>{`  ${latencyCell(donor)}`.padEnd(columns.latency)}</Piece>
      <Piece role="quiet">{hasHost && host ? host.padStart(host.length + between) : ''}</Piece>
    </Line>
  );
}
