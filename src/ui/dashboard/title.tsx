import { Box } from 'ink';
import type { ReactNode } from 'react';
import stringWidth from 'string-width';
import type { RunSnapshot } from '../../core/sync/snapshot.ts';
import { clipEndsCells } from '../cells.ts';
import { formatDuration } from '../format.ts';
import type { Role, Theme } from '../theme.ts';
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
  const theme = useTheme();
  const { text, role } = standing(run, isStopping);
  const room = Math.max(0, width - text.length - 2);
  const { head, table, between, more } = titleWords(run, room, theme);
  return (
    <Box flexDirection="row" width={width} height={1} overflow="hidden">
      <Line width={room}>
        <Piece role="strong">{head}</Piece>
        <Piece>{table}</Piece>
        <Piece role="strong">{between}</Piece>
        <Piece role="quiet">{more}</Piece>
      </Line>
      <Line>
        <Piece>{'  '}</Piece>
        <Piece role={role}>{text}</Piece>
      </Line>
    </Box>
  );
}

/** What is said no more where it has no room; names are cut last. */
function titleWords(
  { command, table, lead, joiner, group, resumed }: RunSnapshot,
  room: number,
  theme: Theme,
): { head: string; table: string; between: string; more: string } {
  const names = joiner === undefined ? [table] : [table, lead, joiner];
  const wanted = names.reduce((sum, name) => sum + stringWidth(name), 0);
  const around = betweenWords + (joiner === undefined ? 0 : betweenWords + theme.arrow.length + 2);
  const marks = [...(resumed ? ['  resumed'] : []), ...(group ? [`  group ${group}`] : [])];
  const lengthWith = (head: string) => head.length + around + wanted + stringWidth(marks.join(''));
  let head = `foresync ${command}`;
  while (marks.length > 0 && lengthWith(head) > room) marks.pop();
  if (lengthWith(head) > room) head = command;
  const free = room - head.length - around;
  const [shownTable = '', shownLead = '', shownJoiner = ''] = fitNames(names, free, theme);
  return {
    head,
    table: `  ${shownTable}`,
    between: joiner === undefined ? '' : `  ${shownLead} ${theme.arrow} ${shownJoiner}`,
    more: marks.join(''),
  };
}

const betweenWords = 2;

/** Names in so many cells: short ones whole, the others cut to the same width. */
function fitNames(names: readonly string[], cells: number, theme: Theme): string[] {
  const shown = [...names];
  let left = Math.max(0, cells);
  const shortestFirst = [...names.keys()].sort(
    (one, other) => stringWidth(names[one] ?? '') - stringWidth(names[other] ?? ''),
  );
  for (const [place, index] of shortestFirst.entries()) {
    const name = names[index] ?? '';
    const given = Math.min(stringWidth(name), Math.floor(left / (names.length - place)));
    shown[index] = clipEndsCells(name, given, theme);
    left -= given;
  }
  return shown;
}

function standing(run: RunSnapshot, isStopping: boolean): { text: string; role: Role } {
  const elapsed = formatDuration(run.atMs - run.startedAtMs);
  if (isStopping && run.outcome === 'running') return { text: `stopping ${elapsed}`, role: 'warning' };
  if (run.pausedSinceMs === undefined)
    return { text: `${run.outcome} ${elapsed}`, role: outcomeRoles[run.outcome] };
  const paused = formatDuration(run.atMs - run.pausedSinceMs);
  return { text: `paused ${paused} of ${elapsed}`, role: 'warning' };
}
