import { Box } from 'ink';
import type { ReactNode } from 'react';
import type { RunSnapshot } from '../../core/sync/snapshot.ts';
import { formatDuration } from '../format.ts';
import type { Role } from '../theme.ts';
import { Line, Piece, useTheme } from './text.tsx';

export const outcomeRoles: Readonly<Record<RunSnapshot['outcome'], Role>> = {
  running: 'active',
  done: 'good',
  stopped: 'warning',
  failed: 'bad',
};

/** What runs, between whom, and for how long; on one row. */
export function Title({
  run,
  width,
  isStopping = false,
}: {
  run: RunSnapshot;
  width: number;
  isStopping?: boolean;
}): ReactNode {
  const { arrow } = useTheme();
  const { text, role } = standing(run, isStopping);
  const room = Math.max(0, width - text.length - 2);
  return (
    <Box flexDirection="row" width={width} height={1} overflow="hidden">
      <Line width={room}>
        <Piece role="strong">{`foresync ${run.command}`}</Piece>
        <Piece>{`  ${run.table}`}</Piece>
        <Piece role="strong">{run.joiner === undefined ? '' : `  ${run.lead} ${arrow} ${run.joiner}`}</Piece>
        <Piece role="quiet">{`${run.group ? `  group ${run.group}` : ''}${run.resumed ? '  resumed' : ''}`}</Piece>
      </Line>
      <Line>
        <Piece>{'  '}</Piece>
        <Piece role={role}>{text}</Piece>
      </Line>
    </Box>
  );
}

function standing(run: RunSnapshot, isStopping: boolean): { text: string; role: Role } {
  const elapsed = formatDuration(run.atMs - run.startedAtMs);
  if (isStopping && run.outcome === 'running') return { text: `stopping ${elapsed}`, role: 'warning' };
  if (run.pausedSinceMs === undefined)
    return { text: `${run.outcome} ${elapsed}`, role: outcomeRoles[run.outcome] };
  const paused = formatDuration(run.atMs - run.pausedSinceMs);
  return { text: `paused ${paused} of ${elapsed}`, role: 'warning' };
}
