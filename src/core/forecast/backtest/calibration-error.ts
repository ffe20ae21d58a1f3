import { confidenceAt, fitConfidence, type Outcome } from '../confidence.ts';

const bins = 10;

/**
 * Expected calibration error (Naeini et al. 2015, with bins of equal size) of a confidence fitted on some windows, on others: each of two
 * halves of the windows is judged by the other. `outcomes` are by window. Undefined with fewer than two windows.
 */
export function calibrationError(outcomes: Outcome[][]): number | undefined {
  if (outcomes.length < 2) return undefined;
  const half = Math.ceil(outcomes.length / 2);
  const [early, late] = [outcomes.slice(0, half).flat(), outcomes.slice(half).flat()];
  const pairs = [...judged(early, late), ...judged(late, early)].sort((a, b) => a.said - b.said);
  const perBin = pairs.reduce((sum, { keys }) => sum + keys, 0) / bins;
  let error = 0;
  let bin = { keys: 0, said: 0, hits: 0 };
  const close = () => {
    error += Math.abs(bin.said - bin.hits);
    bin = { keys: 0, said: 0, hits: 0 };
  };
  for (const { said, keys, hits } of pairs) {
    bin.keys += keys;
    bin.said += said * keys;
    bin.hits += hits;
    if (bin.keys >= perBin) close();
  }
  close();
  return error / (perBin * bins);
}

function judged(on: Outcome[], by: Outcome[]): { said: number; keys: number; hits: number }[] {
  const confidence = fitConfidence(by);
  if (!confidence) return [];
  return on.map(({ logShare, logVolume, keys, hits }) => ({
    said: confidenceAt(confidence, logShare, logVolume),
    keys,
    hits,
  }));
}
