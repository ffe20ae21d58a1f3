import { Worker } from 'node:worker_threads';
import { ForesyncError } from '../../errors.ts';
import { threadProgram } from '../../own-files.ts';
import type { ForecastResult, ForecastTask, Shared } from './forecast-tasks.ts';
import type { ThreadMessage } from './forecast-worker.ts';

const threads = 2;
const script = threadProgram('core/forecast/threads/forecast-worker');

/**
 * Threads that do the tasks of one forecast. They start with the object, so that their start-up overlaps with the reading of the history.
 * `close` ends them and must be called.
 */
export class ForecastThreads {
  readonly count = threads;
  readonly #workers = Array.from({ length: threads }, () => new Worker(script));
  readonly #signal: AbortSignal | undefined;
  /** Why threads ended, as far as that is known. A thread that fails while it has no task is found out when it is given one. */
  readonly #ended = new Map<Worker, unknown>();

  constructor(signal?: AbortSignal) {
    this.#signal = signal;
    for (const worker of this.#workers) {
      worker.on('error', (cause) => this.#ended.set(worker, cause));
      worker.on('exit', () => this.#ended.set(worker, this.#ended.get(worker)));
    }
  }

  share(shared: Shared): void {
    for (const worker of this.#workers) worker.postMessage({ shared } satisfies ThreadMessage);
  }

  /** Results in the order of the tasks. Rejects when the signal trips, or `forecast-failed` when a thread does. */
  async run<R extends ForecastResult>(tasks: ForecastTask[], onDone?: (done: number) => void): Promise<R[]> {
    const results: R[] = new Array(tasks.length);
    let next = 0;
    let done = 0;
    const loop = async (worker: Worker): Promise<void> => {
      while (next < tasks.length) {
        const index = next++;
        results[index] = (await this.#runOne(worker, tasks[index]!)) as R;
        onDone?.(++done);
      }
    };
    await Promise.all(this.#workers.map(loop));
    return results;
  }

  async close(): Promise<void> {
    await Promise.all(this.#workers.map((worker) => worker.terminate()));
  }

  #runOne(worker: Worker, task: ForecastTask): Promise<ForecastResult> {
    return new Promise((resolve, reject) => {
      const signal = this.#signal;
      const settle = (end: () => void) => {
        worker.off('message', onMessage).off('error', onError).off('exit', onExit);
        signal?.removeEventListener('abort', onAbort);
        end();
      };
      const onMessage = (result: ForecastResult) => settle(() => resolve(result));
      const onError = (cause: unknown) => settle(() => reject(failed(cause)));
      const onExit = () => settle(() => reject(failed(undefined)));
      const onAbort = () => settle(() => reject(signal?.reason));
      if (signal?.aborted) return reject(signal.reason);
      if (this.#ended.has(worker)) return reject(failed(this.#ended.get(worker)));
      worker.on('message', onMessage).on('error', onError).on('exit', onExit);
      signal?.addEventListener('abort', onAbort);
      worker.postMessage({ task } satisfies ThreadMessage);
    });
  }
}

function failed(cause: unknown): ForesyncError {
  return new ForesyncError(
    'defect',
    'forecast-failed',
    'A thread of the forecast ended before its work was done.',
    {
      hint: 'Plan again with --model decay, which needs little memory, and report this.',
      ...(cause === undefined ? {} : { cause }),
    },
  );
}

/** Cuts `count` things into so many ranges of nearly equal length, or fewer. */
export function rangesOf(count: number, parts: number): [start: number, end: number][] {
  const size = Math.max(1, Math.ceil(count / parts));
  const ranges: [number, number][] = [];
  for (let start = 0; start < count; start += size) ranges.push([start, Math.min(count, start + size)]);
  return ranges;
}
