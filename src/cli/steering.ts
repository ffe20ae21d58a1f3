import type { StateFile } from '../core/state/open.ts';
import { changeRunControl, type RunControl, readRunControl } from '../core/state/run-controls.ts';
import { withoutWaiting } from '../core/state/without-waiting.ts';
import type { Emit } from '../core/sync/events.ts';
import type { Pace } from '../core/sync/pace.ts';
import { formatByteRate } from '../ui/format.ts';
import type { RunSteering } from '../ui/run-view.ts';

const lookEveryMs = 500;

/**
 * What the operator wants of a run, by its keys or by `foresync throttle` in another shell: both stand in the state file, so that whoever
 * looks there sees what the run does. The last word counts. Tells of each change.
 */
export class Steering implements RunSteering {
  readonly #state: StateFile;
  readonly #runId: string;
  readonly #pace: Pace;
  readonly #emit: Emit;
  #timer: NodeJS.Timeout | undefined;
  /** Said by keys, and not in the file yet: somebody else was writing to it. */
  #unsaved: Partial<RunControl> = {};

  constructor(state: StateFile, { runId, pace, emit }: { runId: string; pace: Pace; emit: Emit }) {
    this.#state = state;
    this.#runId = runId;
    this.#pace = pace;
    this.#emit = emit;
  }

  /** Called when the run has begun; `end` must be called before the state file is closed. */
  begin(): void {
    // Whoever changes one of them in the file leaves the other as it is.
    const { operatorsLimit: bytesPerSecond, isPaused } = this.#pace;
    this.#unsaved = { bytesPerSecond, isPaused };
    this.#save();
    this.#timer = setInterval(() => this.#look(), lookEveryMs);
    this.#timer.unref();
  }

  pause(isPaused: boolean): void {
    this.#say({ isPaused });
  }

  limitTo(bytesPerSecond: number | undefined): void {
    this.#say({ bytesPerSecond });
  }

  end(): void {
    clearInterval(this.#timer);
  }

  #say(change: Partial<RunControl>): void {
    this.#unsaved = { ...this.#unsaved, ...change };
    const { operatorsLimit: bytesPerSecond, isPaused } = this.#pace;
    this.#do({ bytesPerSecond, isPaused, ...change });
    this.#save();
  }

  #look(): void {
    if (!this.#save()) return;
    const wanted = readRunControl(this.#state.db, this.#runId);
    if (wanted) this.#do(wanted);
  }

  #save(): boolean {
    if (Object.keys(this.#unsaved).length === 0) return true;
    const save = () => changeRunControl(this.#state, this.#runId, this.#unsaved);
    if (!withoutWaiting(this.#state.db, save)) return false;
    this.#unsaved = {};
    return true;
  }

  #do({ bytesPerSecond, isPaused }: RunControl): void {
    const pace = this.#pace;
    if (bytesPerSecond !== pace.operatorsLimit) {
      pace.limitTo(bytesPerSecond);
      this.#emit({ type: 'limit', limit: pace.limit });
      this.#note(limitText(bytesPerSecond));
    }
    if (isPaused !== pace.isPaused) {
      pace.pause(isPaused);
      this.#emit({ type: 'pause', isPaused });
      this.#note(isPaused ? "Paused; 'foresync throttle resume' goes on." : 'Goes on.');
    }
  }

  #note(text: string): void {
    this.#emit({ type: 'note', level: 'info', text });
  }
}

function limitText(bytesPerSecond: number | undefined): string {
  return bytesPerSecond === undefined
    ? 'Sends without a limit now.'
    : `Sends no more than ${formatByteRate(bytesPerSecond)} now.`;
}
