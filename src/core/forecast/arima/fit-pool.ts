import { Worker } from 'node:worker_threads';
import { threadProgram } from '../../own-files.ts';
import type { FitJob, FitResult } from './fit-job.ts';

/** Fixed, so that which fits share a worker, and with it every digit, does not depend on the machine. */
const workers = 2;
/** A fit takes milliseconds, the largest seasonal one a second; one that takes this long never ends. */
const stallMs = 120_000;
/** How often a batch gets a new worker in place of one that stalled or died, before all that is left of it fails. */
const replacements = 2;

const defaultWorker = threadProgram('core/forecast/arima/fit-worker');

export interface FitPoolOptions {
  signal?: AbortSignal | undefined;
  /** Module that answers a batch of jobs with one result each. */
  worker?: URL | undefined;
  stallAfterMs?: number | undefined;
}

/**
 * Fits the jobs in worker threads and gives one result each, in their order. The job at which a worker stalls or dies is
 * failed, and a new worker goes on behind it. Rejects only when the signal trips.
 */
export async function fitInWorkers(jobs: FitJob[], options: FitPoolOptions = {}): Promise<FitResult[]> {
  options.signal?.throwIfAborted();
  const batches = Array.from({ length: workers }, (_, w) => jobs.filter((_job, i) => i % workers === w));
  const results = await Promise.all(batches.map((batch) => fitBatch(batch, options)));
  options.signal?.throwIfAborted();
  return jobs.map((_job, i) => results[i % workers]![Math.floor(i / workers)]!);
}

async function fitBatch(batch: FitJob[], options: FitPoolOptions): Promise<FitResult[]> {
  const results: FitResult[] = [];
  const fail = (count: number, reason: string) => {
    for (const { id } of batch.slice(results.length, results.length + count))
      results.push({ id, status: 'failed', reason });
  };
  for (let used = 0; results.length < batch.length && !options.signal?.aborted; used++) {
    const { answers, end } = await runWorker(batch.slice(results.length), options);
    results.push(...answers);
    fail(used < replacements ? 1 : batch.length, end);
  }
  return results;
}

/** What one worker answered, and why it stopped answering. */
function runWorker(
  jobs: FitJob[],
  { signal, worker: file = defaultWorker, stallAfterMs = stallMs }: FitPoolOptions,
): Promise<{ answers: FitResult[]; end: string }> {
  return new Promise((resolve) => {
    const answers: FitResult[] = [];
    // The arima package prints remarks of its own on standard output, where --json has its one object.
    const worker = new Worker(file, { stdout: true });
    worker.stdout.resume();
    let ended = false;
    const finish = (end: string) => {
      if (ended) return;
      ended = true;
      clearTimeout(timer);
      signal?.removeEventListener('abort', stop);
      worker.terminate().then(() => resolve({ answers, end }));
    };
    const stop = () => finish('stopped');
    const stalled = () => finish('the fit did not end in time');
    let timer = setTimeout(stalled, stallAfterMs);
    signal?.addEventListener('abort', stop, { once: true });
    worker.on('message', (answer: FitResult) => {
      if (ended) return;
      answers.push(answer);
      clearTimeout(timer);
      if (answers.length === jobs.length) return finish('done');
      timer = setTimeout(stalled, stallAfterMs);
    });
    let failure: string | undefined;
    worker.on('error', (error) => {
      failure = `its worker failed: ${error.message}`;
    });
    // The exit comes last: an error may overtake answers that were given before it.
    worker.on('exit', () => finish(failure ?? 'its worker ended'));
    worker.postMessage(jobs);
  });
}
