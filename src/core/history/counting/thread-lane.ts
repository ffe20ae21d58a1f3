import { Worker } from 'node:worker_threads';
import type { LogLayout } from '../../access-log/layout.ts';
import type { TallyPart } from '../../access-log/line-tally.ts';
import { ForesyncError } from '../../errors.ts';
import { threadProgram } from '../../own-files.ts';
import type { StateDatabase } from '../../state/open.ts';
import type { MergedRange, MergeOutput, MergeTask } from '../segments/range-merge.ts';
import type { CounterSettings, SpilledBatch } from './event-counter.ts';
import type { Lane } from './lane.ts';
import type { ThreadReply, ThreadRequest } from './thread-messages.ts';

const script = threadProgram('core/history/counting/counting-thread');

interface Waiting {
  resolve(value: never): void;
  reject(error: unknown): void;
}

/** Counts in a thread of its own. Blocks must lie in shared memory. */
export class ThreadLane implements Lane {
  readonly #worker: Worker;
  /** Who waits for an answer, first come first. */
  readonly #waiting: Waiting[] = [];
  #output: MergeOutput | undefined;
  #failure: unknown;

  constructor(settings: CounterSettings) {
    this.#worker = new Worker(script, { workerData: settings });
    this.#worker.on('message', (reply: ThreadReply) => this.#take(reply));
    this.#worker.on('error', (error) => this.#fail(revived(error)));
    this.#worker.on('exit', () => this.#fail(new Error('a counting thread ended')));
  }

  get waiting(): number {
    return this.#waiting.length;
  }

  begin(replica: string, layout: LogLayout, atStart: boolean): void {
    this.#tell({ type: 'begin', replica, layout, atStart });
  }

  take(block: Buffer, length: number, isLast: boolean, nowMs: number): Promise<TallyPart> {
    const shared = block.buffer as unknown as SharedArrayBuffer;
    return this.#ask({ type: 'take', block: shared, length, isLast, nowMs });
  }

  open(): Promise<Buffer> {
    return this.#ask({ type: 'open' });
  }

  finish(): Promise<SpilledBatch[]> {
    return this.#ask({ type: 'finish' });
  }

  merge(task: MergeTask, range: number, db: StateDatabase, output: MergeOutput): Promise<MergedRange> {
    this.#output = output;
    return this.#ask({ type: 'merge', task, range, stateFile: db.name });
  }

  async close(): Promise<void> {
    await this.#worker.terminate();
  }

  #tell(request: ThreadRequest): void {
    this.#worker.postMessage(request);
  }

  #ask<T>(request: ThreadRequest): Promise<T> {
    if (this.#failure) return Promise.reject(this.#failure);
    this.#tell(request);
    return new Promise<T>((resolve, reject) => this.#waiting.push({ resolve, reject }));
  }

  #take(reply: ThreadReply): void {
    switch (reply.type) {
      case 'counted':
        return this.#waiting.shift()?.resolve(reply.part as never);
      case 'opened':
        return this.#waiting.shift()?.resolve(Buffer.from(reply.bytes) as never);
      case 'finished':
        return this.#waiting.shift()?.resolve(reply.batches as never);
      case 'merged':
        return this.#waiting.shift()?.resolve(reply.merged as never);
      case 'segment':
        this.#output?.segment(reply.replica, reply.segment);
        return this.#tell({ type: 'taken', segments: 1 });
    }
  }

  #fail(error: unknown): void {
    this.#failure ??= error;
    for (const { reject } of this.#waiting.splice(0)) reject(this.#failure);
  }
}

/** An error that another thread threw has lost its class. */
function revived(error: unknown): unknown {
  const { kind, code, message, hint } = error as Partial<ForesyncError>;
  if (kind === undefined || code === undefined || message === undefined) return error;
  return new ForesyncError(kind, code, message, { ...(hint === undefined ? {} : { hint }), cause: error });
}
