import { randomUUID } from 'node:crypto';
import { systemClock } from '../core/clock.ts';
import type { ReplicaGroup } from '../core/group/config.ts';
import { openState, type StateFile } from '../core/state/open.ts';
import { recordRun } from '../core/state/runs.ts';
import type { RunEvent } from '../core/sync/events.ts';
import { RunFold } from '../core/sync/fold.ts';
import type { RunSnapshot } from '../core/sync/snapshot.ts';
import { type RunView, showRun } from '../ui/run-view.ts';

export interface RunFrameOptions {
  command: 'prefetch' | 'add-replica';
  group: ReplicaGroup;
  joiner?: string;
  stateFile: string;
  json: boolean;
  plan: Buffer | undefined;
}

/** What surrounds a run: its view on the screen and its entry in the journal. */
export class RunFrame {
  readonly runId = randomUUID();
  readonly #fold = new RunFold();
  readonly #view: RunView;
  readonly #state: StateFile;
  readonly #options: RunFrameOptions;
  readonly #startedMs = systemClock.nowMs();

  constructor(options: RunFrameOptions) {
    this.#options = options;
    this.#state = openState(options.stateFile);
    const { stdout, stderr } = process;
    this.#view = showRun({ json: options.json, stdout, stderr, clock: systemClock, fold: this.#fold });
  }

  /** What a run of core's takes from its frame. */
  get options() {
    return {
      runId: this.runId,
      group: this.#options.group,
      clock: systemClock,
      newId: randomUUID,
      onEvent: (event: RunEvent): void => {
        this.#view.onEvent(event);
        // A run that is killed from here on has only its cleaning up undone; the next one must know.
        if (event.type === 'in-sync') this.#record(undefined);
      },
    };
  }

  /** Runs `work` in the frame; whatever becomes of it is shown, and journalled if it had begun. */
  async around<T>(work: () => Promise<T>): Promise<{ result: T; snapshot: RunSnapshot }> {
    try {
      this.#record(undefined);
      const result = await work();
      return { result, snapshot: this.#fold.snapshot };
    } finally {
      await this.#view.end();
      this.#record(systemClock.nowMs());
      this.#state.close();
    }
  }

  #record(endedMs: number | undefined): void {
    const { command, group, joiner, plan } = this.#options;
    const { snapshot } = this.#fold;
    recordRun(this.#state, {
      id: this.runId,
      command,
      group: group.name,
      table: group.table,
      joiner,
      // The run's own start where it got that far, so that every screen counts from the same moment.
      startedMs: snapshot.startedAtMs || this.#startedMs,
      endedMs,
      outcome:
        endedMs === undefined ? 'running' : snapshot.outcome === 'running' ? 'failed' : snapshot.outcome,
      snapshot,
      plan,
    });
  }
}
