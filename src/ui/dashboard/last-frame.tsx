import { Box, Static, Text, useWindowSize } from 'ink';
import type { ReactNode } from 'react';
import type { RunSnapshot } from '../../core/sync/snapshot.ts';
import { printableRun } from '../plain/printable-run.ts';
import { summaryOf } from '../plain/summary.ts';
import type { Theme } from '../theme.ts';
import { wrapWords } from '../wrap-words.ts';
import type { LoggedEvent } from './event-log.ts';
import { EventText, LastEvents } from './events.tsx';
import { layOutOver } from './layout.ts';
import { margin, RunParts, widthsFor } from './run-parts.tsx';
import { Line, Piece, ThemeProvider, useTheme } from './text.tsx';
import { outcomeRoles, Title } from './title.tsx';

const longestLine = 100;
/** What the command prints below the last frame: its next step or its error, and then comes the prompt. */
const rowsBelow = { done: 3, unfinished: 5 };

/**
 * A run that is over, as it stays among the terminal's lines: its figures, and what they come to in sentences. Its first row stays in sight;
 * events that have no room are left above it, so that at any size the same ones stay.
 */
export function LastFrame({
  snapshot,
  events,
  theme,
}: {
  snapshot: RunSnapshot;
  events: readonly LoggedEvent[];
  theme: Theme;
}): ReactNode {
  const { columns, rows } = useWindowSize();
  const run = printableRun(snapshot, theme);
  const { width } = widthsFor(columns);
  const summary =
    run.outcome === 'running' ? [] : wrapWords(summaryOf(run), Math.min(width, longestLine) - 2);
  const below = run.outcome === 'done' ? rowsBelow.done : rowsBelow.unfinished;
  const layout = layOutOver(run, { columns, rows, below, summary: summary.length, events: events.length });
  const { gap } = layout;
  const shown = summary.slice(0, layout.summary);
  return (
    <ThemeProvider value={theme}>
      <Static items={layout.notes === 0 ? [...events] : []}>
        {(event, index) => (
          <Box key={index} paddingLeft={margin} width={columns}>
            <Text>
              <EventText event={event} />
            </Text>
          </Box>
        )}
      </Static>
      <Box flexDirection="column" paddingLeft={margin} width={columns} overflow="hidden">
        <Title run={run} width={width} />
        <RunParts run={run} layout={layout} columns={columns} />
        {layout.notes > 0 ? (
          <Box flexDirection="column" marginTop={gap}>
            <LastEvents events={events} width={width} rows={events.length} />
          </Box>
        ) : null}
        {shown.length > 0 ? <Summary run={run} lines={shown} width={width} gap={gap} /> : null}
      </Box>
    </ThemeProvider>
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
