import { parentPort, workerData } from 'node:worker_threads';
import { forecastByLstm } from './forecast-by-lstm.ts';
import type { LstmJob } from './forecast-in-worker.ts';

const { panel, horizonSteps, seed, workUnits } = workerData as LstmJob;
parentPort?.postMessage(forecastByLstm(panel, horizonSteps, { seed, workUnits }));
