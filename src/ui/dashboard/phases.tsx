import { Box } from 'ink';
import type { ReactNode } from 'react';
import type { RunSnapshot } from '../../core/sync/snapshot.ts';
import { formatCounted, formatDuration, formatPercent } from '../format.ts';
import {
  currentPhase,
  etaWords,
  lagWords,
  phaseLabels,
  phaseMs,
  phaseRows,
  type RunPhase,
  shownState,
} from '../plain/words.ts';
import { bar, type Role, type ShownState, type Theme } from '../theme.ts';
import { Line, Piece, useTheme } from './text.tsx';

const tailColumns = 20;
const beforeBar = 33;
const percentColumns = 6;
const narrowestBar = 8;
const widestBar = 40;

const stateRoles: Readonly<Record<ShownState, Role>> = {
  waiting: 'quiet',
  running: 'active',
  done: 'good',
  skipped: 'quiet',
  failed: 'bad',
  stopped: 'warning',
};

/** The phases with state, time and bar; on few rows those around the current one. */
export function Phases({ run, width, rows }: { run: RunSnapshot; width: number; rows: number }): ReactNode {
  const barColumns = Math.max(
    narrowestBar,
    Math.min(widestBar, width - beforeBar - percentColumns - tailColumns),
  );
  const lines: ReactNode[] = [];
  let focus = 0;
  const current = currentPhase(run) ?? run.phases.findLast(({ state }) => state === 'done');
  for (const phase of run.phases) {
    if (phase === current) focus = lines.length;
    lines.push(<PhaseLine key={phase.name} run={run} phase={phase} width={width} barColumns={barColumns} />);
  }
  const first = Math.max(0, Math.min(focus - Math.floor(rows / 2), lines.length - rows));
  return (
    <Box flexDirection="column" width={width} flexShrink={0}>
      {lines.slice(first, first + rows)}
    </Box>
  );
}

interface PhaseLineProps {
  run: RunSnapshot;
  phase: RunPhase;
  width: number;
  barColumns: number;
}

function PhaseLine({ run, phase, width, barColumns }: PhaseLineProps): ReactNode {
  const theme = useTheme();
  const state = shownState(phase, run);
  const role = stateRoles[state];
  const ms = phaseMs(phase, run);
  const tail = tailOf(run, phase);
  return (
    <Line width={width}>
      <Piece role={role}>{`${theme.symbols[state]} `}</Piece>
      <Piece role={state === 'running' ? 'strong' : state === 'waiting' ? 'quiet' : 'plain'}>
        {phaseLabels[phase.name].padEnd(10)}
      </Piece>
      <Piece role={role}>{state.padEnd(8)}</Piece>
      <Piece>{`${ms === undefined ? '' : formatDuration(ms)}`.padStart(11)}</Piece>
      <Piece>{'  '}</Piece>
      {phase.share === undefined ? null : (
        <ShareBar share={phase.share} columns={barColumns} role={role} theme={theme} />
      )}
      <Piece role="quiet">{tail}</Piece>
    </Line>
  );
}

function ShareBar({
  share,
  columns,
  role,
  theme,
}: {
  share: number;
  columns: number;
  role: Role;
  theme: Theme;
}): ReactNode {
  return (
    <>
      <Piece role={role}>{bar(share, columns, theme)}</Piece>
      <Piece>{`${formatPercent(share).padStart(percentColumns)}  `}</Piece>
    </>
  );
}

/** What is worth knowing of a phase beside its share. */
function tailOf(run: RunSnapshot, phase: RunPhase): string {
  if (phase.state === 'waiting' || phase.state === 'skipped') return '';
  if (phase === currentPhase(run)) {
    if (run.pausedSinceMs !== undefined) return 'paused';
    const eta = etaWords(run);
    if (eta !== undefined) return `ETA ${eta}`;
  }
  if (phase.name === 'hot' && run.hotReadyAtMs !== undefined)
    return `there after ${formatDuration(run.hotReadyAtMs - run.startedAtMs)}`;
  if (phase.name === 'delta' && run.backlog) {
    return `round ${run.backlog.round}, ${formatCounted(run.backlog.keys, 'key')} waiting`;
  }
  if (phase.name === 'follow' && run.follow)
    return run.outcome === 'running' ? lagWords(run.follow) : `to watermark ${run.follow.watermark}`;
  if (phase.name === 'verify' && run.verification)
    return formatCounted(run.verification.differences, 'difference');
  const moved = phaseRows(phase.name, run);
  return moved && moved.rows > 0 ? formatCounted(moved.rows, 'row') : '';
}
