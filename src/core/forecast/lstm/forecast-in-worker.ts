import { Worker } from 'node:worker_threads';
import { threadProgram } from '../../own-files.ts';
import type { Panel, PanelForecast } from '../panel/panel.ts';
import { forecastByLstm, type LstmOptions, nothingToSay } from './forecast-by-lstm.ts';
import { planWork } from './work.ts';

/** What the worker is told; buffers that are shared pass through, others are copied. */
export interface LstmJob {
  panel: Panel;
  horizonSteps: number;
  seed: number;
  workUnits: number;
}

const defaultWorker = threadProgram('core/forecast/lstm/lstm-worker');

/**
 * `forecastByLstm` in a thread of its own, with the same result. A worker that dies or throws gives a forecast of NaN whose
 * report has the reason. Rejects only when the signal trips, and ends the worker then.
 */
export function forecastByLstmInWorker(
  panel: Panel,
  horizonSteps: number,
  { seed, workUnits, signal, worker: file = defaultWorker }: LstmOptions & { worker?: URL },
): Promise<PanelForecast> {
  // What the budget does not pay for needs no thread to find that out.
  if (planWork(panel.keys, panel.steps, horizonSteps, workUnits).keys === 0)
    return Promise.resolve().then(() => forecastByLstm(panel, horizonSteps, { seed, workUnits, signal }));
  return new Promise((resolve, reject) => {
    signal?.throwIfAborted();
    const job: LstmJob = { panel, horizonSteps, seed, workUnits };
    const worker = new Worker(file, { workerData: job });
    let result: PanelForecast | undefined;
    let failure: string | undefined;
    const stop = () => worker.terminate();
    signal?.addEventListener('abort', stop, { once: true });
    worker.on('message', (forecast: PanelForecast) => {
      result = forecast;
    });
    worker.on('error', (error: unknown) => {
      failure = `its worker failed: ${error instanceof Error ? error.message : String(error)}`;
    });
    // The exit comes last, after a message and after an error.
    worker.on('exit', () => {
      signal?.removeEventListener('abort', stop);
      if (signal?.aborted) reject(signal.reason);
      else resolve(result ?? nothingToSay(panel, horizonSteps, failure ?? 'its worker ended'));
    });
  });
}
