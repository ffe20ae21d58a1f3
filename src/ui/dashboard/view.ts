import type { RunEvent } from '../../core/sync/events.ts';
import { shownText } from '../ascii.ts';
import { endedAtOnce, endedAtOnceLines } from '../plain/at-once.ts';
import { printableRun } from '../plain/printable-run.ts';
import { PlainPrinter } from '../plain/printer.ts';
import { totalRows } from '../plain/words.ts';
import type { RunView, RunViewOptions } from '../run-view.ts';
import { whereWords } from '../status-words.ts';
import { themeFor } from '../theme.ts';
import { EventLog } from './event-log.ts';
import { isForeground } from './foreground.ts';
import type { LiveRun } from './live-run.ts';
import type { Dashboard } from './mount.tsx';

const frameMs = 100;
const heartbeatMs = 500;
/** Of more, the end is enough beside a summary. */
const lastEvents = 50;

/**
 * Shows a run on a screen of its own, which gives way to a last frame among the terminal's lines. Events are folded as they come and drawn by
 * a timer, so that a flood of them costs no frames. The screen comes when all hosts are connected: until then ssh may ask for a
 * password there, and what happens is told in lines. For the same reason keys are left alone whenever hosts are being connected anew.
 */
export function showDashboard(options: RunViewOptions): RunView {
  const { stdin, stdout, stderr, clock, fold, signal, steering } = options;
  const { argv = process.argv, env = process.env } = options;
  const theme = themeFor(argv, env);
  const log = new EventLog(theme);
  const printer = new PlainPrinter((text) => stderr.write(shownText(text, theme)));
  const hasKeys = stdin.isTTY === true && isForeground();
  let isConnected = false;
  let connectedAtMs = 0;
  let isDirty = false;
  let drawnAtMs = 0;
  let dashboard: Dashboard | undefined;
  let ink: typeof import('./mount.tsx') | undefined;
  // Ink and React take a quarter of a second to load: only here, where they draw.
  const loading = import('./mount.tsx').then((loaded) => {
    ink = loaded;
  });
  loading.catch(() => {
    // end() waits for it and reports it; until then nobody does.
  });
  const look = (): LiveRun => {
    const run = printableRun(fold.at(clock.nowMs()), theme);
    const isConnecting = run.phases.some(({ name, state }) => name === 'connect' && state === 'running');
    return {
      ...{ run, events: log.events, isStopping: signal.aborted, wayOn: options.wayOn },
      ...{ canSteer: steering !== undefined, takesKeys: hasKeys && !isConnecting },
    };
  };
  const say = (text: string) => {
    log.say(clock.nowMs(), text);
    isDirty = true;
  };
  const timer = setInterval(() => {
    const nowMs = clock.nowMs();
    if (!isConnected || !ink || (!isDirty && nowMs - drawnAtMs < heartbeatMs)) return;
    isDirty = false;
    drawnAtMs = nowMs;
    if (dashboard) dashboard.draw();
    else dashboard = ink.mountDashboard({ stdin, stdout, stderr }, theme, { ...options, say }, look);
  }, frameMs).unref();
  /** What was told in lines before the screen came stands above it already. */
  const over = () => ({
    run: fold.snapshot,
    events: log.events
      .filter(({ kind, atMs }) => kind === 'event' && atMs >= connectedAtMs)
      .slice(-lastEvents),
  });
  const letGo = () => {
    clearInterval(timer);
    dashboard?.close();
  };
  return {
    onEvent(event) {
      fold.apply(event);
      log.add(event, () => fold.snapshot);
      isDirty = true;
      if (!isConnected && isPastConnecting(event)) {
        isConnected = true;
        connectedAtMs = event.atMs;
      }
      if (!isConnected) printer.event(event, () => fold.snapshot);
    },
    tellStatus() {
      say(`status: ${whereWords(fold.at(clock.nowMs()), true)}`);
    },
    drop(hasBegun) {
      letGo();
      // What Ink draws first it draws before it gives back, and a terminal takes it at once.
      if (isConnected) void ink?.printLastFrame({ stdin, stdout, stderr }, theme, over());
      const lines = endedAtOnceLines(endedAtOnce(hasBegun, options.wayOn), stderr, { argv, env });
      stderr.write(lines.map((line) => `${line}\n`).join(''));
    },
    async end() {
      letGo();
      const { snapshot } = fold;
      if (!isConnected || (snapshot.outcome === 'failed' && totalRows(snapshot).rows === 0)) return;
      await loading;
      await ink?.printLastFrame({ stdin, stdout, stderr }, theme, over());
    },
  };
}

function isPastConnecting(event: RunEvent): boolean {
  return event.type === 'phase' && event.state === 'running' && event.phase !== 'connect';
}
