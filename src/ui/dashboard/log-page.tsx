import type { ReactNode } from 'react';
import { formatClock } from '../format.ts';
import { wrapWords } from '../wrap-words.ts';
import type { LoggedEvent } from './event-log.ts';
import type { Face } from './keys.ts';
import { OtherPage, otherRows } from './other-page.tsx';
import { widthsFor } from './run-parts.tsx';
import { Line, Piece, useTheme } from './text.tsx';

const clockColumns = 10;
const warningMark = 'warning  ';

interface LogLine {
  clock: string;
  text: string;
  isWarning: boolean;
}

export interface LogWindow {
  lines: readonly LogLine[];
  /** Lines of the whole log. */
  count: number;
  from: number;
  rows: number;
  /** The first line of the last screenful. */
  lastFrom: number;
}

/** What of the log is in sight, each event on as many lines as it needs. */
export function logWindow(
  events: readonly LoggedEvent[],
  logFrom: Face['logFrom'],
  { columns, rows: screenRows }: { columns: number; rows: number },
): LogWindow {
  const rows = Math.max(1, screenRows - otherRows);
  const room = widthsFor(columns).width - clockColumns - warningMark.length;
  const all = events.flatMap(({ atMs, text, isWarning }) =>
    wrapWords([text], Math.max(10, room)).map((line, index) => ({
      clock: index === 0 ? formatClock(atMs) : '',
      text: line,
      isWarning,
    })),
  );
  const lastFrom = Math.max(0, all.length - rows);
  const from = logFrom === 'end' ? lastFrom : Math.min(logFrom, lastFrom);
  return { lines: all.slice(from, from + rows), count: all.length, from, rows, lastFrom };
}

export function LogPage({
  events,
  from,
  columns,
  rows,
  footer,
}: {
  events: readonly LoggedEvent[];
  from: Face['logFrom'];
  columns: number;
  rows: number;
  footer: ReactNode;
}): ReactNode {
  const { symbols } = useTheme();
  const window = logWindow(events, from, { columns, rows });
  const { width } = widthsFor(columns);
  return (
    <OtherPage footer={footer}>
      {window.lines.map(({ clock, text, isWarning }, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: lines have no name, and their order is what they are
        <Line key={index} width={width}>
          <Piece role="quiet">{clock.padEnd(clockColumns)}</Piece>
          <Piece role="warning">{isWarning && clock !== '' ? `${symbols.warning} ${warningMark}` : ''}</Piece>
          <Piece>{text}</Piece>
        </Line>
      ))}
    </OtherPage>
  );
}
