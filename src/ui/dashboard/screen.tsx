import { Box, useWindowSize } from 'ink';
import type { ReactNode } from 'react';
import type { Theme } from '../theme.ts';
import type { LoggedEvent } from './event-log.ts';
import { LastEvents } from './events.tsx';
import { Footer } from './footer.tsx';
import { HelpPage } from './help-page.tsx';
import type { Face } from './keys.ts';
import { isWide, layOutLive } from './layout.ts';
import type { LiveRun } from './live-run.ts';
import { LogPage } from './log-page.tsx';
import { margin, RunParts, widthsFor } from './run-parts.tsx';
import { ThemeProvider } from './text.tsx';
import { Title } from './title.tsx';

/** The whole screen for one moment of a run that is under way, always lower than the terminal. */
export function LiveScreen({ live, face, theme }: { live: LiveRun; face: Face; theme: Theme }): ReactNode {
  const { columns, rows } = useWindowSize();
  const { width } = widthsFor(columns);
  return (
    <ThemeProvider value={theme}>
      <Box flexDirection="column" paddingLeft={margin} width={columns} overflow="hidden">
        <Title run={live.run} width={width} isStopping={live.isStopping} />
        <Page live={live} face={face} columns={columns} rows={rows} />
      </Box>
    </ThemeProvider>
  );
}

interface PageProps {
  live: LiveRun;
  face: Face;
  columns: number;
  rows: number;
}

function Page({ live, face, columns, rows }: PageProps): ReactNode {
  const { width } = widthsFor(columns);
  const footer = <Footer live={live} face={face} width={width} />;
  if (face.page === 'help') return <HelpPage live={live} width={width} rows={rows} footer={footer} />;
  if (face.page === 'log')
    return <LogPage events={live.events} from={face.logFrom} columns={columns} rows={rows} footer={footer} />;
  const layOutFor = (events: readonly LoggedEvent[]) =>
    layOutLive(live, { columns, rows, events: events.length, isAsking: face.page === 'quit' });
  // The phases stand on this page already; a large screen has room for what happened to them as well.
  const hasRoom = isWide(columns) && layOutFor(live.events).notes === live.events.length;
  const events = hasRoom ? live.events : live.events.filter(({ kind }) => kind !== 'phase');
  const layout = layOutFor(events);
  return (
    <>
      <RunParts run={live.run} layout={layout} columns={columns} />
      {layout.notes > 0 ? (
        <Box flexDirection="column" marginTop={layout.gap}>
          <LastEvents events={events} width={width} rows={layout.notes} />
        </Box>
      ) : null}
      {layout.footer > 0 ? (
        <Box flexDirection="column" marginTop={layout.footerGap}>
          {footer}
        </Box>
      ) : null}
    </>
  );
}
