import { parentPort } from 'node:worker_threads';
import type { FitJob } from './fit-job.ts';
import { fitByLibrary } from './library-fit.ts';
import { fitSquareRoots } from './square-root-fit.ts';

/** Answers a batch of jobs with one result each, in their order. */
parentPort?.on('message', (jobs: FitJob[]) => {
  for (const job of jobs) parentPort?.postMessage(fitSquareRoots(job, fitByLibrary));
});
