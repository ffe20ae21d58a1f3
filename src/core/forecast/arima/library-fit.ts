import ARIMA from 'arima';
import type { Fit } from './fit-job.ts';

/** The library's names of its methods. */
const conditionalSquares = 1;
const boxJenkins = 2;

/**
 * Fits by the `arima` package. Seasonal orders go through the method of Box and Jenkins, a hundred times cheaper than
 * the others and as near; without a season it diverges now and then, where conditional squares do not.
 */
export const fitByLibrary: Fit = (series, steps, { season, ...order }) => {
  const method = season > 0 ? boxJenkins : conditionalSquares;
  const model = new ARIMA({ ...order, s: season, method, verbose: false });
  try {
    const [mean, variance] = model.train([...series]).predict(steps);
    return { mean, variance };
  } finally {
    model.destroy();
  }
};
