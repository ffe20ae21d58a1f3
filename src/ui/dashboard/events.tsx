import type { ReactNode } from 'react';
import { formatClock } from '../format.ts';
import type { LoggedEvent } from './event-log.ts';
import { Line, Piece, useTheme } from './text.tsx';

/** The last things that happened, a row each; with the last warning, however long ago it was. */
export function LastEvents({
  events,
  width,
  rows,
}: {
  events: readonly LoggedEvent[];
  width: number;
  rows: number;
}): ReactNode {
  return inSight(events, rows).map((event, index) => (
    // biome-ignore lint/suspicious/noArrayIndexKey: events have no name, and their order is what they are
    <Line key={index} width={width}>
      <EventText event={event} />
    </Line>
  ));
}

function inSight(events: readonly LoggedEvent[], rows: number): readonly LoggedEvent[] {
  const shown = events.slice(-rows);
  const warning = events.findLast(({ isWarning }) => isWarning);
  return !warning || rows < 2 || shown.includes(warning) ? shown : [warning, ...shown.slice(1)];
}

/** Inside of a Line, or of a Text that may have several. */
export function EventText({
  event: { atMs, text, isWarning },
}: {
  event: Pick<LoggedEvent, 'atMs' | 'text' | 'isWarning'>;
}): ReactNode {
  const { symbols } = useTheme();
  return (
    <>
      <Piece role="quiet">{`${formatClock(atMs)}  `}</Piece>
      <Piece role="warning">{isWarning ? `${symbols.warning} warning  ` : ''}</Piece>
      <Piece>{text}</Piece>
    </>
  );
}
