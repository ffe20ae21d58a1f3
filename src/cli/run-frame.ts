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
        // From its start a run is journalled; killed after in sync it has only its cleaning up undone, and the next must know.
        if (event.type === 'start' || event.type === 'in-sync') this.#record(undefined);
      },
    };
  }

  /** Runs `work` in the frame; whatever becomes of it is shown, and journalled if it had begun. */
  async around<T>(work: () => Promise<T>): Promise<{ result: T; snapshot: RunSnapshot }> {
    try {
      const result = await work();
      return { result, snapshot: this.#fold.snapshot };
    } finally {
      await this.#view.end();
      if (this.#fold.snapshot.startedAtMs > 0) this.#record(systemClock.nowMs());
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
      startedMs: snapshot.startedAtMs,
      endedMs,
      outcome:
        endedMs === undefined ? 'running' : snapshot.outcome === 'running' ? 'failed' : snapshot.outcome,
      snapshot,
      plan,
    });
  }
}
