import path from 'node:path';
import { Worker } from 'node:worker_threads';
import type { ArimaJob, ArimaVerdict } from './arima-judge.ts';

/** Fixed, so that which fits share a worker, and with it every digit, does not depend on the machine. */
const workers = 2;
/** A fit takes milliseconds; one that takes this long never ends. */
const stallMs = 20_000;

const defaultWorker = new URL(`./arima-worker${path.extname(import.meta.url)}`, import.meta.url);

/**
 * Judges the jobs in worker threads. Every job gets a verdict, in the order of the jobs: those of a worker that dies or
 * stalls are failed. Rejects only when the signal trips.
 */
export async function judgeInWorkers(
  jobs: ArimaJob[],
  {
    signal,
    worker = defaultWorker,
    stallAfterMs = stallMs,
    onVerdict,
  }: {
    signal?: AbortSignal | undefined;
    worker?: URL;
    stallAfterMs?: number;
    /** Called as the workers give their verdicts. */
    onVerdict?: () => void;
  } = {},
): Promise<ArimaVerdict[]> {
  signal?.throwIfAborted();
  const batches = Array.from({ length: workers }, (_, w) => jobs.filter((_job, i) => i % workers === w));
  const judged = await Promise.all(
    batches
      .filter((batch) => batch.length > 0)
      .map((batch) => runBatch(batch, worker, stallAfterMs, signal, onVerdict)),
  );
  signal?.throwIfAborted();
  const verdicts = new Map(judged.flat().map((verdict) => [verdict.id, verdict]));
  return jobs.map(({ id }) => verdicts.get(id) ?? { id, status: 'failed', reason: 'no verdict' });
}

function runBatch(
  batch: ArimaJob[],
  file: URL,
  stallAfterMs: number,
  signal: AbortSignal | undefined,
  onVerdict: (() => void) | undefined,
): Promise<ArimaVerdict[]> {
  return new Promise((resolve) => {
    const verdicts: ArimaVerdict[] = [];
    // The arima package prints remarks of its own on standard output, where --json has its one object.
    const worker = new Worker(file, { stdout: true });
    worker.stdout.resume();
    const stalled = () => end('it did not end in time');
    const stopped = () => end('stopped');
    let timer = setTimeout(stalled, stallAfterMs);
    let ended = false;
    const end = (reason: string) => {
      if (ended) return;
      ended = true;
      clearTimeout(timer);
      signal?.removeEventListener('abort', stopped);
      const missing = batch
        .slice(verdicts.length)
        .map(({ id }): ArimaVerdict => ({ id, status: 'failed', reason }));
      worker.terminate().then(() => resolve([...verdicts, ...missing]));
    };
    signal?.addEventListener('abort', stopped, { once: true });
    worker.on('message', (verdict: ArimaVerdict) => {
      if (ended) return;
      verdicts.push(verdict);
      onVerdict?.();
      clearTimeout(timer);
      if (verdicts.length === batch.length) return end('');
      timer = setTimeout(stalled, stallAfterMs);
    });
    worker.on('error', (error) => end(`its worker failed: ${error.message}`));
    worker.on('exit', () => end('its worker ended'));
    worker.postMessage(batch);
  });
}
