import { randomUUID } from 'node:crypto';
import { systemClock } from '../core/clock.ts';
import { type ErrorKind, ForesyncError } from '../core/errors.ts';
import type { ReplicaGroup } from '../core/group/config.ts';
import { openState, type StateFile } from '../core/state/open.ts';
import { recordCourse } from '../core/state/run-course.ts';
import { beginProgress, recordFailure, recordProgress } from '../core/state/run-progress.ts';
import { recordRun } from '../core/state/runs.ts';
import { RunCourse } from '../core/sync/course.ts';
import type { RunEvent } from '../core/sync/events.ts';
import { RunFold } from '../core/sync/fold.ts';
import { thisProcess } from '../core/sync/run-process.ts';
import type { RunRequest } from '../core/sync/run-request.ts';
import type { RunSnapshot } from '../core/sync/snapshot.ts';
import { type RunView, showRun } from '../ui/run-view.ts';
import type { ProgressMode } from './progress-flag.ts';

export interface RunFrameOptions {
  request: RunRequest;
  group: ReplicaGroup;
  stateFile: string;
  json: boolean;
  progress: ProgressMode;
  plan: Buffer | undefined;
}

const progressEveryMs = 1000;

/** From its start a run is journalled; killed after in sync it has only its cleaning up undone; at hot-ready a hook is due. */
const recordedAtOnce: ReadonlySet<RunEvent['type']> = new Set(['start', 'hot-ready', 'in-sync']);

/** What surrounds a run: its view on the screen and its entry in the journal. */
export class RunFrame {
  readonly runId = randomUUID();
  readonly #fold = new RunFold();
  readonly #course = new RunCourse();
  readonly #view: RunView;
  readonly #state: StateFile;
  readonly #options: RunFrameOptions;
  #failure: ErrorKind | undefined;
  #courseIsKept = true;

  constructor(options: RunFrameOptions) {
    this.#options = options;
    this.#state = openState(options.stateFile);
    const { stdout, stderr } = process;
    const { json, progress } = options;
    this.#view = showRun({ json, progress, stdout, stderr, clock: systemClock, fold: this.#fold });
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
        this.#takeCourse(event.atMs);
        if (event.type === 'start') this.#begin();
        // What the next run must know if this one is killed.
        if (recordedAtOnce.has(event.type)) this.#record(undefined);
        if (event.type === 'hook') this.#recordProgress();
      },
    };
  }

  /** Runs `work` in the frame; whatever becomes of it is shown, and journalled if it had begun. */
  async around<T>(work: () => Promise<T>): Promise<{ result: T; snapshot: RunSnapshot }> {
    const timer = setInterval(() => this.#recordProgress(), progressEveryMs).unref();
    try {
      const result = await work();
      return { result, snapshot: this.#fold.snapshot };
    } catch (error) {
      this.#failure = error instanceof ForesyncError ? error.kind : 'defect';
      throw error;
    } finally {
      clearInterval(timer);
      await this.#view.end();
      if (this.#fold.snapshot.startedAtMs > 0) this.#record(systemClock.nowMs());
      this.#state.close();
    }
  }

  #begin(): void {
    const { request } = this.#options;
    beginProgress(this.#state, this.runId, { process: thisProcess(), request });
  }

  /** So that any shell can tell how far it is. */
  #recordProgress(): void {
    if (this.#fold.snapshot.startedAtMs === 0) return;
    const nowMs = systemClock.nowMs();
    this.#takeCourse(nowMs);
    try {
      recordProgress(this.#state, this.runId, this.#fold.at(nowMs));
      this.#recordCourse();
    } catch {
      // A full disk, say. The run has no need of it, and its last record will tell.
    }
  }

  #takeCourse(atMs: number): void {
    if (this.#course.take(atMs, () => this.#fold.snapshot)) this.#courseIsKept = false;
  }

  #recordCourse(): void {
    if (!this.#courseIsKept) this.#courseIsKept = recordCourse(this.#state, this.runId, this.#course.course);
  }

  #record(endedMs: number | undefined): void {
    const { request, group, plan } = this.#options;
    const { snapshot } = this.#fold;
    recordRun(this.#state, {
      id: this.runId,
      command: request.command,
      group: group.name,
      table: group.table,
      joiner: request.command === 'add-replica' ? request.joiner.name : undefined,
      startedMs: snapshot.startedAtMs,
      endedMs,
      outcome:
        endedMs === undefined ? 'running' : snapshot.outcome === 'running' ? 'failed' : snapshot.outcome,
      snapshot,
      plan,
    });
    if (endedMs !== undefined) this.#recordCourse();
    if (this.#failure) recordFailure(this.#state, this.runId, this.#failure);
  }
}
