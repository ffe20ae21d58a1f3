/** How the confidence came out: of the keys in a bin, the share that was read beside the mean confidence. */
export interface CalibrationBin {
  /** Bounds of the confidence: [from, to), the last bin with `to` in it. */
  from: number;
  to: number;
  keys: number;
  meanConfidence: number;
  /** Mean of what the confidence comes to in the log that it is set against; the same where that has all reads. */
  meanInLog: number;
  readShare: number;
}

export interface Calibration {
  keys: number;
  /** Mean squared distance of the confidence from what happened (Brier 1950), 0 is perfect. */
  brier: number;
  /** Expected calibration error over the bins (Naeini, Cooper, Hauskrecht 2015), 0 is perfect. */
  ece: number;
  /** Those with a key in them, ascending. */
  bins: CalibrationBin[];
}

const binCount = 10;

/**
 * Sets confidences against what happened. `wasRead` and `inLog`, the probabilities for the log that is looked at, run
 * side by side with `confidences`; keys are put in bins by the confidence, and judged by `inLog`. Undefined without
 * keys, since nothing can be said of them then.
 */
export function calibrate(
  confidences: ArrayLike<number>,
  wasRead: ArrayLike<number>,
  inLog = confidences,
): Calibration | undefined {
  const keys = confidences.length;
  if (keys === 0) return undefined;
  const bins = Array.from({ length: binCount }, () => ({ keys: 0, confidence: 0, inLog: 0, read: 0 }));
  let squares = 0;
  for (let index = 0; index < keys; index++) {
    const confidence = confidences[index] ?? 0;
    const expected = inLog[index] ?? 0;
    const read = wasRead[index] ? 1 : 0;
    const bin = bins[Math.min(binCount - 1, Math.floor(confidence * binCount))];
    if (!bin) throw new RangeError(`a confidence is from 0 to 1, not ${confidence}`);
    bin.keys += 1;
    bin.confidence += confidence;
    bin.inLog += expected;
    bin.read += read;
    squares += (expected - read) ** 2;
  }
  const filled = bins.flatMap((bin, index): CalibrationBin[] =>
    bin.keys === 0
      ? []
      : [
          {
            from: index / binCount,
            to: (index + 1) / binCount,
            keys: bin.keys,
            meanConfidence: bin.confidence / bin.keys,
            meanInLog: bin.inLog / bin.keys,
            readShare: bin.read / bin.keys,
          },
        ],
  );
  const ece = filled.reduce(
    (sum, bin) => sum + (bin.keys / keys) * Math.abs(bin.meanInLog - bin.readShare),
    0,
  );
  return { keys, brier: squares / keys, ece, bins: filled };
}
