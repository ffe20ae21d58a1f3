import type { Clock } from '../core/clock.ts';
import type { RunEvent } from '../core/sync/events.ts';
import type { RunFold } from '../core/sync/fold.ts';
import type { RunSnapshot } from '../core/sync/snapshot.ts';
import { jsonLine, type RunMoment, type RunProgress } from './json-lines.ts';

const everyMs = 1000;

const moments: Partial<Record<RunEvent['type'], RunMoment>> = {
  start: 'start',
  phase: 'phase',
  lost: 'lost',
  'hot-ready': 'hot-ready',
  'in-sync': 'in-sync',
  hook: 'hook',
  pause: 'pause',
  end: 'end',
};

/** A run as JSON Lines: its snapshot every second and whenever it comes to something new, and each of its notes. */
export class RunJsonLines {
  readonly #output: Pick<NodeJS.WriteStream, 'write'>;
  readonly #clock: Clock;
  readonly #fold: RunFold;
  readonly #timer: NodeJS.Timeout;

  constructor(output: Pick<NodeJS.WriteStream, 'write'>, clock: Clock, fold: RunFold) {
    this.#output = output;
    this.#clock = clock;
    this.#fold = fold;
    this.#timer = setInterval(() => this.#tick(), everyMs).unref();
  }

  /** Call it when the event is folded. */
  onEvent(event: RunEvent): void {
    if (event.type === 'note') {
      const { atMs, level, text } = event;
      this.#output.write(jsonLine({ type: 'message', atMs, level, text }));
      return;
    }
    const moment = moments[event.type];
    if (moment !== undefined) this.#write(moment, this.#fold.snapshot);
  }

  /** Somebody asks how it stands. */
  tellStatus(): void {
    this.#write('asked', this.#fold.at(this.#clock.nowMs()));
  }

  say(level: 'info' | 'warning', text: string): void {
    this.#output.write(jsonLine({ type: 'message', atMs: this.#clock.nowMs(), level, text }));
  }

  end(): void {
    clearInterval(this.#timer);
  }

  #tick(): void {
    const run = this.#fold.at(this.#clock.nowMs());
    if (run.startedAtMs > 0 && run.outcome === 'running') this.#write('second', run);
  }

  #write(event: RunMoment, snapshot: RunSnapshot): void {
    const { notes: _, rateHistory: __, ...run } = snapshot;
    const progress: RunProgress = run;
    this.#output.write(jsonLine({ type: 'run', atMs: run.atMs, event, run: progress }));
  }
}
