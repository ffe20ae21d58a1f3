import type { ReactNode } from 'react';
import type { DonorSnapshot, RunSnapshot } from '../../core/sync/snapshot.ts';
import { formatCount, formatPercent } from '../format.ts';
import { bar, type Role } from '../theme.ts';
import { Fact, figureColumns, labelColumns } from './facts.tsx';
import { Line, Piece, useTheme } from './text.tsx';

/** A row for each donor, or one for all of them where there is no more room. */
export function Donors({ run, width, rows }: { run: RunSnapshot; width: number; rows: number }): ReactNode {
  if (rows === 0) return null;
  const all = run.donors.reduce((sum, { rows }) => sum + rows, 0);
  const shareOf = ({ rows }: DonorSnapshot): number => (all > 0 ? rows / all : 0);
  if (run.donors.length > rows || run.donors.length === 0)
    return <DonorsInOne run={run} width={width} shareOf={shareOf} />;
  return run.donors.map((donor, index) => (
    <DonorLine
      key={donor.donor}
      label={index === 0 ? 'donors' : ''}
      donor={donor}
      share={run.donors.length > 1 ? shareOf(donor) : undefined}
      width={width}
    />
  ));
}

interface DonorsInOneProps {
  run: RunSnapshot;
  width: number;
  shareOf(donor: DonorSnapshot): number;
}

function DonorsInOne({ run, width, shareOf }: DonorsInOneProps): ReactNode {
  const { separator } = useTheme();
  const text = run.donors
    .map((donor) => `${donor.donor} ${formatPercent(shareOf(donor))} ${donor.state}`)
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
  width,
}: {
  label: string;
  donor: DonorSnapshot;
  /** Of all rows given; a single donor's would read like progress. */
  share: number | undefined;
  width: number;
}): ReactNode {
  const theme = useTheme();
  return (
    <Line width={width}>
      <Piece role="quiet">{label.padEnd(labelColumns)}</Piece>
      <Piece role={donorRoles[donor.state]}>{donor.state.padEnd(figureColumns)}</Piece>
      {share === undefined ? null : (
        <Piece>{`${bar(share, figureColumns, theme)}${formatPercent(share).padStart(6)}  `}</Piece>
      )}
      <Piece>{`${formatCount(donor.rows)} rows`.padStart(figureColumns + 2)}</Piece>
      <Piece role="strong">{`  ${donor.donor}`}</Piece>
      <Piece role="quiet">{donor.host && donor.host !== donor.donor ? `  ${donor.host}` : ''}</Piece>
    </Line>
  );
}
