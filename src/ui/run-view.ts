import type { Clock } from '../core/clock.ts';
import type { RunEvent } from '../core/sync/events.ts';
import type { RunFold } from '../core/sync/fold.ts';
import type { Dashboard } from './dashboard/mount.tsx';
import { isLive } from './live-terminal.ts';
import { eventLine } from './plain/lines.ts';
import { PlainPrinter } from './plain/printer.ts';
import { summaryOf } from './plain/summary.ts';
import { themeFor } from './theme.ts';

export interface RunViewOptions {
  /** Standard output belongs to the JSON: only warnings are shown, on standard error. */
  json: boolean;
  stdout: NodeJS.WriteStream;
  stderr: NodeJS.WriteStream;
  clock: Clock;
  /** Takes every event; whoever passed it reads the run from it when it is over. */
  fold: RunFold;
  argv?: readonly string[];
  env?: NodeJS.ProcessEnv;
}

export interface RunView {
  onEvent(event: RunEvent): void;
  /** Shows how the run ended and lets go of the terminal; call it before an error is printed. */
  end(): Promise<void>;
}

const frameMs = 100;
const heartbeatMs = 500;

/** Shows a run: live on a terminal, as lines on standard error elsewhere. */
export function showRun(options: RunViewOptions): RunView {
  if (options.json) return showWarnings(options);
  return isLive(options) ? showDashboard(options) : showLines(options);
}

function showWarnings({ stderr, fold }: RunViewOptions): RunView {
  return {
    onEvent(event) {
      fold.apply(event);
      if (event.type !== 'note' || event.level !== 'warning') return;
      stderr.write(`${eventLine(event, fold.snapshot)}\n`);
    },
    end: () => Promise.resolve(),
  };
}

function showLines({ stdout, stderr, clock, fold }: RunViewOptions): RunView {
  const printer = new PlainPrinter((text) => stderr.write(text));
  const timer = setInterval(() => printer.tick(fold.at(clock.nowMs())), 1_000).unref();
  return {
    onEvent(event) {
      fold.apply(event);
      printer.event(event, () => fold.snapshot);
    },
    async end() {
      clearInterval(timer);
      const { snapshot } = fold;
      if (snapshot.outcome === 'running') return;
      const output = snapshot.outcome === 'done' ? stdout : stderr;
      for (const line of summaryOf(snapshot)) output.write(`${line}\n`);
    },
  };
}

/** Events are folded as they come and drawn by a timer, so that a flood of them costs no frames. */
function showDashboard({
  stdout,
  stderr,
  clock,
  fold,
  argv = process.argv,
  env = process.env,
}: RunViewOptions): RunView {
  let started = false;
  let dirty = false;
  let drawnAtMs = 0;
  let mount: (() => Dashboard) | undefined;
  let dashboard: Dashboard | undefined;
  // Ink and React take a quarter of a second to load: only here, where they draw.
  const loading = import('./dashboard/mount.tsx').then(({ mountDashboard }) => {
    mount = () => mountDashboard(stdout, stderr, themeFor(argv, env), fold.at(clock.nowMs()));
  });
  loading.catch(() => {
    // end() waits for it and reports it; until then nobody does.
  });
  const timer = setInterval(() => {
    const nowMs = clock.nowMs();
    if (!started || !mount || (!dirty && nowMs - drawnAtMs < heartbeatMs)) return;
    dirty = false;
    drawnAtMs = nowMs;
    dashboard ??= mount();
    dashboard.draw(fold.at(nowMs));
  }, frameMs).unref();
  return {
    onEvent(event) {
      fold.apply(event);
      started = true;
      dirty = true;
    },
    async end() {
      clearInterval(timer);
      await loading;
      if (!started) return;
      dashboard ??= mount?.();
      await dashboard?.end(fold.snapshot);
    },
  };
}
