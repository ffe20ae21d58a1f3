import { Box, Static, Text, useWindowSize } from 'ink';
import type { ReactNode } from 'react';
import type { RunSnapshot } from '../../core/sync/snapshot.ts';
import { formatClock, formatDuration } from '../format.ts';
import { printableRun } from '../plain/printable-run.ts';
import { summaryOf } from '../plain/summary.ts';
import type { Role, Theme } from '../theme.ts';
import { Donors } from './donors.tsx';
import { Facts, factRowsWanted } from './facts.tsx';
import { layOut } from './layout.ts';
import { Phases, phaseRowsWanted } from './phases.tsx';
import { Line, Piece, ThemeProvider, useTheme } from './text.tsx';
import { wrapWords } from './wrap-words.ts';

const margin = 1;
const betweenSides = 4;
const longestLine = 100;
/** What the command prints below the last frame: its next step or its error, and then comes the prompt. */
const rowsBelow = { done: 3, unfinished: 5 };

/**
 * The whole screen for one moment of a run, always lower than the terminal. After the end it closes with the summary, and its first row
 * stays in sight; notes that have no room any more are left above it.
 */
export function Screen({ snapshot, theme }: { snapshot: RunSnapshot; theme: Theme }): ReactNode {
  const { columns, rows } = useWindowSize();
  const run = printableRun(snapshot);
  const width = Math.max(1, columns - 2 * margin);
  const summary =
    run.outcome === 'running' ? [] : wrapWords(summaryOf(snapshot), Math.min(width, longestLine) - 2);
  const isOver = run.outcome !== 'running';
  const wanted = {
    phases: phaseRowsWanted(run),
    facts: factRowsWanted,
    donors: Math.max(1, run.donors.length),
    summary: summary.length,
    notes: run.notes.length,
  };
  const below = !isOver ? 0 : run.outcome === 'done' ? rowsBelow.done : rowsBelow.unfinished;
  const layout = layOut(columns, rows, wanted, below);
  const above = isOver && layout.notes === 0 ? run.notes : [];
  const leftWidth = layout.sideBySide ? Math.floor((width - betweenSides) / 2) : width;
  const rightWidth = layout.sideBySide ? width - betweenSides - leftWidth : width;
  const gap = layout.gap;
  return (
    <ThemeProvider value={theme}>
      <Static items={above}>
        {(note, index) => (
          <Box key={index} paddingLeft={margin} width={columns}>
            <Text>
              <NoteText note={note} />
            </Text>
          </Box>
        )}
      </Static>
      <Box flexDirection="column" paddingLeft={margin} width={columns} overflow="hidden">
        <Title run={run} width={width} />
        <Box
          flexDirection={layout.sideBySide ? 'row' : 'column'}
          marginTop={gap}
          columnGap={betweenSides}
          rowGap={layout.sideBySide ? 0 : gap}
        >
          {layout.phases > 0 ? <Phases run={run} width={leftWidth} rows={layout.phases} /> : null}
          {layout.facts > 0 ? (
            <Box flexDirection="column" width={rightWidth}>
              <Facts run={run} width={rightWidth} rows={layout.facts} />
              <Donors run={run} width={rightWidth} rows={layout.donors} />
            </Box>
          ) : null}
        </Box>
        {layout.notes > 0 ? <Notes run={run} width={width} rows={layout.notes} gap={gap} /> : null}
        {layout.summary > 0 ? (
          <Summary run={run} lines={summary.slice(0, layout.summary)} width={width} gap={gap} />
        ) : null}
      </Box>
    </ThemeProvider>
  );
}

const outcomeRoles: Readonly<Record<RunSnapshot['outcome'], Role>> = {
  running: 'active',
  done: 'good',
  stopped: 'warning',
  failed: 'bad',
};

function Title({ run, width }: { run: RunSnapshot; width: number }): ReactNode {
  const { arrow } = useTheme();
  const time = `${run.outcome} ${formatDuration(run.atMs - run.startedAtMs)}`;
  const room = Math.max(0, width - time.length - 2);
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
        <Piece role={outcomeRoles[run.outcome]}>{time}</Piece>
      </Line>
    </Box>
  );
}

function Notes({
  run,
  width,
  rows,
  gap,
}: {
  run: RunSnapshot;
  width: number;
  rows: number;
  gap: number;
}): ReactNode {
  return (
    <Box flexDirection="column" marginTop={gap}>
      {run.notes.slice(-rows).map((note, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: notes have no name, and their order is what they are
        <Line key={index} width={width}>
          <NoteText note={note} />
        </Line>
      ))}
    </Box>
  );
}

/** Inside of a Line, or of a Text that may have several. */
function NoteText({ note }: { note: RunSnapshot['notes'][number] }): ReactNode {
  const { symbols } = useTheme();
  return (
    <>
      <Piece role="quiet">{`${formatClock(note.atMs)}  `}</Piece>
      <Piece role="warning">{note.level === 'warning' ? `${symbols.warning} warning  ` : ''}</Piece>
      <Piece>{note.text}</Piece>
    </>
  );
}

function Summary({
  run,
  lines,
  width,
  gap,
}: {
  run: RunSnapshot;
  lines: string[];
  width: number;
  gap: number;
}): ReactNode {
  const { symbols } = useTheme();
  return (
    <Box flexDirection="column" marginTop={gap}>
      {lines.map((text, index) => (
        <Line key={text} width={width}>
          <Piece role={outcomeRoles[run.outcome]}>{index === 0 ? `${symbols[run.outcome]} ` : '  '}</Piece>
          <Piece role={index === 0 ? 'strong' : 'plain'}>{text}</Piece>
        </Line>
      ))}
    </Box>
  );
}
