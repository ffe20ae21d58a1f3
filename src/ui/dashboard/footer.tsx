import type { ReactNode } from 'react';
import type { RunSnapshot } from '../../core/sync/snapshot.ts';
import type { Face } from './keys.ts';
import type { LiveRun } from './live-run.ts';
import { Line, Piece } from './text.tsx';

export interface Hint {
  key: string;
  does: string;
}

/** The keys that are of use now, or what is being asked; `footerRows` rows. */
export function Footer({ live, face, width }: { live: LiveRun; face: Face; width: number }): ReactNode {
  const question = face.page === 'quit' ? questionOf(live) : [];
  return (
    <>
      {question.map((text, index) => (
        <Line key={text} width={width}>
          <Piece role={index === 0 ? 'strong' : 'plain'}>{text}</Piece>
        </Line>
      ))}
      <Line width={width}>
        {hintsOf(live, face).map(({ key, does }) => (
          <Piece key={key}>
            <Piece role="strong">{key}</Piece>
            <Piece role="quiet">{` ${does}   `}</Piece>
          </Piece>
        ))}
      </Line>
    </>
  );
}

/** Rows that the footer takes under the run. */
export function footerRows(live: LiveRun, isAsking: boolean): number {
  return hintsOf(live, { page: 'run', logFrom: 'end' }).length === 0 ? 0 : isAsking ? questionRows + 1 : 1;
}

const questionRows = 2;

function hintsOf({ run, canSteer, isStopping, takesKeys }: LiveRun, { page }: Face): Hint[] {
  if (isStopping && page === 'run')
    return [{ key: 'stopping', does: 'at a safe point; ctrl-C once more ends it at once' }];
  if (!takesKeys) return [];
  switch (page) {
    case 'quit':
      return [
        { key: 'y', does: 'stop' },
        { key: 'n', does: 'let it go on' },
      ];
    case 'help':
      return [{ key: 'esc', does: 'back' }];
    case 'log':
      return [
        { key: 'up down', does: 'a line' },
        { key: 'space b', does: 'a screen' },
        { key: 'g G', does: 'start, end' },
        { key: 'esc', does: 'back' },
      ];
    case 'run':
      return [
        { key: '?', does: 'help' },
        ...(canSteer
          ? [
              { key: 'p', does: run.pausedSinceMs === undefined ? 'pause' : 'go on' },
              { key: '- +', does: 'throttle' },
            ]
          : []),
        { key: 'l', does: 'log' },
        { key: 'q', does: 'quit' },
      ];
  }
}

/** What stopping means for the run as it stands now: two lines. */
function questionOf({ run, wayOn }: LiveRun): [string, string] {
  if (run.command === 'prefetch')
    return ['Stop? The run ends with this program.', 'What it has begun is taken away.'];
  if (isFollowing(run))
    return [
      'Stop following? The replica stays, and brings in what was committed by now.',
      'Then the Delta Log is taken away, and the run is done.',
    ];
  return [
    'Stop? The run does not go on without this program: it stops at a safe point.',
    wayOn === undefined ? 'The same command goes on from there.' : `${wayOn} goes on from there.`,
  ];
}

function isFollowing(run: RunSnapshot): boolean {
  return run.phases.some(({ name, state }) => name === 'follow' && state === 'running');
}
