import { type RenderOptions, render } from 'ink';
import type { RunViewOptions } from '../run-view.ts';
import type { Theme } from '../theme.ts';
import { AlternateScreen } from './alternate-screen.ts';
import { KeyReader } from './key-reader.tsx';
import { type Face, firstFace, press, type Wish } from './keys.ts';
import { LastFrame } from './last-frame.tsx';
import type { LiveRun } from './live-run.ts';
import { logWindow } from './log-page.tsx';
import { LiveScreen } from './screen.tsx';

export interface Dashboard {
  /** Draws the run as it stands; at most ten frames a second reach the terminal. */
  draw(): void;
  /** Gives the terminal back as it was, at once. May be called again. */
  close(): void;
}

type Terminal = Pick<RunViewOptions, 'stdin' | 'stdout' | 'stderr'>;
type Commands = Pick<RunViewOptions, 'steering' | 'stop' | 'suspend'> & {
  /** Tells something among the events. */
  say(text: string): void;
};

const framesPerSecond = 10;

/**
 * Puts the dashboard on the terminal's other screen, and lets its keys do what `commands` say. `look` gives the run as it stands, and is asked for each
 * frame and each key. Leaves signals to the process.
 */
export function mountDashboard(
  terminal: Terminal,
  theme: Theme,
  commands: Commands,
  look: () => LiveRun,
): Dashboard {
  const { stdout } = terminal;
  const screen = new AlternateScreen(stdout);
  let face: Face = firstFace;
  const onKey = (key: string): Promise<void> | undefined => {
    const live = look();
    const { rows: logRows, lastFrom } = logWindow(live.events, face.logFrom, stdout);
    const pressed = press(key, face, { ...live, logRows, lastFrom });
    face = pressed.face;
    if (pressed.wish?.type === 'suspend') return suspended(screen, commands);
    if (pressed.wish) grant(pressed.wish, commands);
    draw();
    return undefined;
  };
  const content = () => {
    const live = look();
    return (
      <>
        <KeyReader isActive={live.takesKeys} onKey={onKey} />
        <LiveScreen live={live} face={face} theme={theme} />
      </>
    );
  };
  screen.enter();
  const ink = render(content(), optionsFor(terminal));
  const draw = () => ink.rerender(content());
  return {
    draw,
    close() {
      ink.unmount();
      screen.leave();
    },
  };
}

/** Leaves a run's last frame among the lines of the terminal, with what had happened in it. */
export async function printLastFrame(
  terminal: Terminal,
  theme: Theme,
  { run, events }: Pick<LiveRun, 'run' | 'events'>,
): Promise<void> {
  const ink = render(<LastFrame snapshot={run} events={events} theme={theme} />, optionsFor(terminal));
  ink.unmount();
  await ink.waitUntilExit();
}

function optionsFor(terminal: Terminal): RenderOptions {
  return { ...terminal, interactive: true, exitOnCtrlC: false, maxFps: framesPerSecond };
}

async function suspended(screen: AlternateScreen, { suspend }: Commands): Promise<void> {
  screen.leave();
  await suspend();
  screen.enter();
}

function grant(wish: Exclude<Wish, { type: 'suspend' }>, { steering, stop, say }: Commands): void {
  switch (wish.type) {
    case 'say':
      return say(wish.text);
    case 'pause':
      return steering?.pause(wish.isPaused);
    case 'limit':
      return steering?.limitTo(wish.bytesPerSecond);
    case 'stop':
      return stop();
  }
}
