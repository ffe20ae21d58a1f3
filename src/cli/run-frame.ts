import { randomUUID } from 'node:crypto';
import { thisProcess } from '../core/agent/process-identity.ts';
import { systemClock } from '../core/clock.ts';
import { type ErrorKind, exitCodes, ForesyncError } from '../core/errors.ts';
import type { ReplicaGroup } from '../core/group/config.ts';
import { openState, type StateFile } from '../core/state/open.ts';
import { recordCourse } from '../core/state/run-course.ts';
import { beginProgress, recordFailure, recordProgress } from '../core/state/run-progress.ts';
import { recordRun } from '../core/state/runs.ts';
import { withoutWaiting } from '../core/state/without-waiting.ts';
import { RunCourse } from '../core/sync/course.ts';
import type { RunEvent, RunFact } from '../core/sync/events.ts';
import { RunFold } from '../core/sync/fold.ts';
import type { Pace } from '../core/sync/pace.ts';
import type { RunRequest } from '../core/sync/run-request.ts';
import type { RunSnapshot } from '../core/sync/snapshot.ts';
import { shortId } from '../core/text.ts';
import { brushFor } from '../ui/metrics-paint.ts';
import { type RunView, showRun } from '../ui/run-view.ts';
import { statusOfRun } from '../ui/status-run.ts';
import { captureHolder } from './capture-holder.ts';
import { sameFiles } from './next-step.ts';
import type { ProgressMode } from './progress-flag.ts';
import { isPromiseDue, promiseFor } from './run-promise.ts';
import { readStanding } from './run-standings.ts';
import { beforeEndAtOnce, interruptSelf, onStatusSignal, suspendSelf } from './signals.ts';
import { Steering } from './steering.ts';

export interface RunFrameOptions {
  request: RunRequest;
  group: ReplicaGroup;
  stateFile: string;
  json: boolean;
  progress: ProgressMode;
  plan: Buffer | undefined;
  signal: AbortSignal;
  /** What the operator may steer the run by; undefined where there is nothing to steer. */
  pace: Pace | undefined;
}

const progressEveryMs = 1000;

/** From its start a run is journalled; killed after in sync it has only its cleaning up undone; at hot-ready a hook is due. */
const recordedAtOnce: ReadonlySet<RunEvent['type']> = new Set(['start', 'hot-ready', 'in-sync']);

/** What surrounds a run: its view on the screen, its entry in the journal, what the operator wants of it, and signals. */
export class RunFrame {
  readonly runId = randomUUID();
  readonly #fold = new RunFold();
  readonly #course = new RunCourse();
  readonly #view: RunView;
  readonly #state: StateFile;
  readonly #options: RunFrameOptions;
  readonly #steering: Steering | undefined;
  #failure: ErrorKind | undefined;
  #courseIsKept = true;

  constructor(options: RunFrameOptions) {
    const { request, stateFile, json, progress, signal, pace } = options;
    const wayOn = `foresync resume ${shortId(this.runId)}${sameFiles({ state: stateFile })}`;
    this.#options = options;
    this.#state = openState(stateFile);
    const emit = (fact: RunFact) => this.#onEvent({ ...fact, atMs: systemClock.nowMs() } as RunEvent);
    this.#steering = pace && new Steering(this.#state, { runId: this.runId, pace, emit });
    this.#view = showRun({
      ...{ json, progress, signal, clock: systemClock, fold: this.#fold, steering: this.#steering },
      ...{ stdin: process.stdin, stdout: process.stdout, stderr: process.stderr },
      ...{ stop: interruptSelf, suspend: suspendSelf },
      wayOn: request.command === 'add-replica' ? wayOn : undefined,
    });
  }

  /** What a run of core's takes from its frame. */
  get options() {
    return {
      runId: this.runId,
      group: this.#options.group,
      clock: systemClock,
      newId: randomUUID,
      holderOf: (captureId: string) => captureHolder(this.#state, captureId, this.#options.stateFile),
      onEvent: (event: RunEvent): void => this.#onEvent(event),
    };
  }

  /** Runs `work` in the frame; whatever becomes of it is shown, and journalled if it had begun. */
  async around<T>(work: () => Promise<T>): Promise<{ result: T; snapshot: RunSnapshot }> {
    const timer = setInterval(() => this.#recordProgress(), progressEveryMs).unref();
    const unlisten = [
      beforeEndAtOnce(() => this.#endAtOnce()),
      onStatusSignal(() => this.#view.tellStatus(() => this.#statusPage())),
    ];
    try {
      const result = await work();
      return { result, snapshot: this.#fold.snapshot };
    } catch (error) {
      this.#failure = error instanceof ForesyncError ? error.kind : 'defect';
      throw error;
    } finally {
      clearInterval(timer);
      this.#steering?.end();
      await this.#view.end();
      for (const off of unlisten) off();
      if (this.#fold.snapshot.startedAtMs > 0) this.#record(systemClock.nowMs());
      this.#state.close();
    }
  }

  /** Gives the exit code where the run can be gone on with. */
  #endAtOnce(): number | undefined {
    const { startedAtMs, phases } = this.#fold.snapshot;
    const atMs = systemClock.nowMs();
    const hasBegun = phases.find(({ name }) => name === 'capture')?.startedAtMs !== undefined;
    if (startedAtMs > 0) this.#view.onEvent({ type: 'end', outcome: 'stopped', atMs });
    this.#view.drop(hasBegun);
    if (hasBegun) return this.#options.request.command === 'add-replica' ? exitCodes.stopped : undefined;
    // Else the journal would tell of a run that died, and may have left something.
    this.#failure = 'interrupted';
    if (startedAtMs > 0) withoutWaiting(this.#state.db, () => this.#record(atMs));
    return undefined;
  }

  #onEvent(event: RunEvent): void {
    this.#view.onEvent(event);
    this.#takeCourse(event.atMs);
    if (event.type === 'start') this.#begin();
    if (isPromiseDue(event, this.#fold.snapshot)) this.#promise(event.atMs);
    // What the next run must know if this one is killed.
    if (recordedAtOnce.has(event.type)) this.#record(undefined);
    if (event.type === 'hook' || event.type === 'pause' || event.type === 'limit') this.#recordProgress();
  }

  #promise(atMs: number): void {
    const { group } = this.#options;
    const promise = promiseFor(this.#fold.snapshot, { state: this.#state, group });
    if (promise) this.#onEvent({ type: 'promise', ...promise, atMs });
  }

  #begin(): void {
    const { request } = this.#options;
    beginProgress(this.#state, this.runId, { process: thisProcess(), request });
    this.#steering?.begin();
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

  /** What `foresync status RUN` says. */
  #statusPage(): string[] {
    this.#recordProgress();
    const { stateFile } = this.#options;
    return statusOfRun(
      readStanding(this.#state, this.runId),
      { nowMs: systemClock.nowMs(), stateOption: sameFiles({ state: stateFile }) },
      brushFor(process.argv, process.env),
    );
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
