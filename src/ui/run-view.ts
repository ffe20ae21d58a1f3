import type { Clock } from '../core/clock.ts';
import type { RunEvent } from '../core/sync/events.ts';
import type { RunFold } from '../core/sync/fold.ts';
import type { Dashboard } from './dashboard/mount.tsx';
import { isLive } from './live-terminal.ts';
import { eventLine } from './plain/lines.ts';
import { PlainPrinter } from './plain/printer.ts';
import { summaryOf } from './plain/summary.ts';
import { RunJsonLines } from './run-json-lines.ts';
import { themeFor } from './theme.ts';

export interface RunViewOptions {
  /** Standard output belongs to the JSON of the result. */
  json: boolean;
  /** Absent: a screen on a terminal, else lines; with `json` warnings alone. */
  progress?: 'auto' | 'plain' | 'json' | 'none';
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

/** Shows a run: live on a terminal, as lines on standard error elsewhere, or as it is asked for. */
export function showRun(options: RunViewOptions): RunView {
  const { progress = 'auto', json } = options;
  if (progress === 'json') return showJsonLines(options);
  if (progress === 'none' || (progress === 'auto' && json)) return showWarnings(options);
  return progress === 'auto' && isLive(options) ? showDashboard(options) : showLines(options);
}

function showJsonLines({ json, stdout, stderr, clock, fold }: RunViewOptions): RunView {
  const lines = new RunJsonLines(stderr, clock, fold);
  return {
    onEvent(event) {
      fold.apply(event);
      lines.onEvent(event);
    },
    async end() {
      lines.end();
      if (!json && fold.snapshot.outcome === 'done') writeSummary(fold, stdout);
    },
  };
}

function writeSummary({ snapshot }: RunFold, output: NodeJS.WriteStream): void {
  for (const line of summaryOf(snapshot)) output.write(`${line}\n`);
}

function showWarnings({ json, stdout, stderr, fold }: RunViewOptions): RunView {
  return {
    onEvent(event) {
      fold.apply(event);
      if (event.type !== 'note' || event.level !== 'warning') return;
      stderr.write(`${eventLine(event, fold.snapshot)}\n`);
    },
    async end() {
      if (!json && fold.snapshot.outcome === 'done') writeSummary(fold, stdout);
    },
  };
}

function showLines({ json, stdout, stderr, clock, fold }: RunViewOptions): RunView {
  const printer = new PlainPrinter((text) => stderr.write(text));
  const timer = setInterval(() => printer.tick(fold.at(clock.nowMs())), 1_000).unref();
  return {
    onEvent(event) {
      fold.apply(event);
      printer.event(event, () => fold.snapshot);
    },
    async end() {
      clearInterval(timer);
      const { outcome } = fold.snapshot;
      if (outcome !== 'running') writeSummary(fold, outcome === 'done' && !json ? stdout : stderr);
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
