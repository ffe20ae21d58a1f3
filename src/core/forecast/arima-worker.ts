import { parentPort } from 'node:worker_threads';
import ARIMA from 'arima';
import { type ArimaJob, type Fit, judgeArima } from './arima-judge.ts';

/** Answers a batch of jobs with one verdict each, in their order. */
parentPort?.on('message', (jobs: ArimaJob[]) => {
  const fit = rememberGroup(fitArima, jobs);
  for (const job of jobs) parentPort?.postMessage(judgeArima(job, fit));
});

function fitArima(series: Float64Array, steps: number): number[] {
  const model = new ARIMA({ p: 1, d: 0, q: 1, verbose: false });
  try {
    return model.train([...series]).predict(steps)[0];
  } finally {
    model.destroy();
  }
}

/** All keys are held against the same group: its few fits are done once. A batch's group series are one buffer. */
function rememberGroup(fit: Fit, jobs: ArimaJob[]): Fit {
  const group = jobs[0]?.groupSeries.buffer;
  const known = new Map<number, ArrayLike<number>>();
  return (series, steps) => {
    if (series.buffer !== group) return fit(series, steps);
    const found = known.get(series.length) ?? fit(series, steps);
    known.set(series.length, found);
    return found;
  };
}
