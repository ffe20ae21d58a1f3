import type { Clock } from '../core/clock.ts';
import type { RunEvent } from '../core/sync/events.ts';
import type { RunFold } from '../core/sync/fold.ts';
import { shownText } from './ascii.ts';
import { showDashboard } from './dashboard/view.ts';
import { isLive } from './live-terminal.ts';
import { endedAtOnce, endedAtOnceLines } from './plain/at-once.ts';
import { eventLine, stamped } from './plain/lines.ts';
import { PlainPrinter } from './plain/printer.ts';
import { summaryOf } from './plain/summary.ts';
import { RunJsonLines } from './run-json-lines.ts';
import { themeFor } from './theme.ts';

/** What keys do to a run that is under way. */
export interface RunSteering {
  pause(isPaused: boolean): void;
  /** Of what goes to the joiner; undefined for no limit. */
  limitTo(bytesPerSecond: number | undefined): void;
}

export interface RunViewOptions {
  /** Standard output belongs to the JSON of the result. */
  json: boolean;
  /** Absent: a screen on a terminal, else lines; with `json` warnings alone. */
  progress?: 'auto' | 'plain' | 'json' | 'none';
  stdin: NodeJS.ReadStream;
  stdout: NodeJS.WriteStream;
  stderr: NodeJS.WriteStream;
  clock: Clock;
  /** Takes every event; whoever passed it reads the run from it when it is over. */
  fold: RunFold;
  /** Has tripped when the run is to stop. */
  signal: AbortSignal;
  /** Undefined where the run cannot be steered. */
  steering: RunSteering | undefined;
  /** Asks the run to stop at a safe point; the second time, at once. */
  stop(): void;
  /** Stops the process until the shell lets it go on, which resolves it. */
  suspend(): Promise<void>;
  /** The command that goes on with the run once it has stopped; undefined where none does. */
  wayOn: string | undefined;
  argv?: readonly string[];
  env?: NodeJS.ProcessEnv;
}

export interface RunView {
  onEvent(event: RunEvent): void;
  /** The operator asks how the run stands; `page` is the answer where there is no screen that tells it all the time. */
  tellStatus(page: () => readonly string[]): void;
  /** Shows how far the run is, which may have begun nothing, and lets go of the terminal without waiting for anything: the process ends at once. */
  drop(hasBegun: boolean): void;
  /** Shows how the run ended and lets go of the terminal; call it before an error is printed. */
  end(): Promise<void>;
}

/** Shows a run: live on a terminal, as lines on standard error elsewhere, or as it is asked for. */
export function showRun(options: RunViewOptions): RunView {
  const { progress = 'auto', json } = options;
  if (progress === 'json') return showJsonLines(options);
  if (progress === 'none' || (progress === 'auto' && json)) return showWarnings(options);
  return progress === 'auto' && isLive(options) ? showDashboard(options) : showLines(options);
}

function showJsonLines(options: RunViewOptions): RunView {
  const { json, stdout, stderr, clock, fold, wayOn } = options;
  const lines = new RunJsonLines(stderr, clock, fold);
  return {
    onEvent(event) {
      fold.apply(event);
      lines.onEvent(event);
    },
    tellStatus: () => lines.tellStatus(),
    drop: (hasBegun) => lines.say('warning', endedAtOnce(hasBegun, wayOn).join(' ')),
    async end() {
      lines.end();
      if (!json && fold.snapshot.outcome === 'done') writeSummary(fold, stdout);
    },
  };
}

function writeSummary({ snapshot }: RunFold, output: NodeJS.WriteStream): void {
  for (const line of summaryOf(snapshot)) writeText(output, `${line}\n`);
}

function writeText(output: NodeJS.WriteStream, text: string): void {
  output.write(shownText(text, themeFor(process.argv, process.env)));
}

function showWarnings(options: RunViewOptions): RunView {
  const { json, stdout, stderr, fold } = options;
  return {
    onEvent(event) {
      fold.apply(event);
      if (event.type !== 'note' || event.level !== 'warning') return;
      writeText(stderr, `${eventLine(event, fold.snapshot)}\n`);
    },
    ...onStandardError(options),
    async end() {
      if (!json && fold.snapshot.outcome === 'done') writeSummary(fold, stdout);
    },
  };
}

function showLines(options: RunViewOptions): RunView {
  const { json, stdout, stderr, clock, fold, signal } = options;
  const printer = new PlainPrinter((text) => writeText(stderr, text));
  const timer = setInterval(() => printer.tick(fold.at(clock.nowMs())), 1_000).unref();
  const sayStopping = () => {
    const text = 'stopping at a safe point; a second ctrl-C or SIGTERM ends it at once';
    stderr.write(`${stamped(clock.nowMs(), text)}\n`);
  };
  signal.addEventListener('abort', sayStopping, { once: true });
  const answers = onStandardError(options);
  return {
    onEvent(event) {
      fold.apply(event);
      printer.event(event, () => fold.snapshot);
    },
    tellStatus: answers.tellStatus,
    drop(hasBegun) {
      writeSummary(fold, stderr);
      answers.drop(hasBegun);
    },
    async end() {
      clearInterval(timer);
      signal.removeEventListener('abort', sayStopping);
      const { outcome } = fold.snapshot;
      if (outcome !== 'running') writeSummary(fold, outcome === 'done' && !json ? stdout : stderr);
    },
  };
}

/** Answers to signals where there is no screen. */
function onStandardError({ stderr, fold, wayOn }: RunViewOptions): Pick<RunView, 'tellStatus' | 'drop'> {
  const write = (lines: readonly string[]) => writeText(stderr, lines.map((line) => `${line}\n`).join(''));
  return {
    tellStatus: (page) => write(fold.snapshot.startedAtMs > 0 ? page() : ['The run has not begun yet.']),
    drop: (hasBegun) => write(endedAtOnceLines(endedAtOnce(hasBegun, wayOn), stderr)),
  };
}
