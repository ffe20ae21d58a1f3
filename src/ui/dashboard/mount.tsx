import { render } from 'ink';
import { Fragment } from 'react';
import type { RunSnapshot } from '../../core/sync/snapshot.ts';
import { totalRows } from '../plain/words.ts';
import type { Theme } from '../theme.ts';
import { Screen } from './screen.tsx';

export interface Dashboard {
  /** Draws the run as it stands; at most ten frames a second reach the terminal. */
  draw(snapshot: RunSnapshot): void;
  /**
   * Draws a last time and lets go of the terminal; the frame stays on it, except where the run failed before anything
   * had moved: the error that follows is all there is to see then.
   */
  end(snapshot: RunSnapshot): Promise<void>;
}

const framesPerSecond = 10;

/** Puts the dashboard on `stdout`. Reads no input and leaves signals to the process. */
export function mountDashboard(
  stdout: NodeJS.WriteStream,
  stderr: NodeJS.WriteStream,
  theme: Theme,
  first: RunSnapshot,
): Dashboard {
  const ink = render(<Screen snapshot={first} theme={theme} />, {
    stdout,
    stderr,
    interactive: true,
    exitOnCtrlC: false,
    maxFps: framesPerSecond,
  });
  const draw = (snapshot: RunSnapshot) => ink.rerender(<Screen snapshot={snapshot} theme={theme} />);
  return {
    draw,
    async end(snapshot) {
      if (snapshot.outcome === 'failed' && totalRows(snapshot).rows === 0) ink.rerender(<Fragment />);
      else draw(snapshot);
      ink.unmount();
      await ink.waitUntilExit();
    },
  };
}
