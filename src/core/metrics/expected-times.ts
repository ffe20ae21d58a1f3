/** How expected times came out, of the planned keys between two of them. */
export interface ExpectedTimesBin {
  /** Expected times from the plan's origin, the least and the greatest. */
  fromMs: number;
  toMs: number;
  keys: number;
  /** Share whose first read came before it was expected; a half where the times are right. */
  earlyShare: number;
  medianErrorMs: number;
}

/** Of the planned keys that were read: when they were, against when the plan expected it. An error is how far apart these are, in either direction. */
export interface ExpectedTimes {
  keys: number;
  earlyShare: number;
  medianErrorMs: number;
  /** Nine of ten errors are no larger. */
  ninetyErrorMs: number;
  /** Keys that were expected before the log began, and so are left out. */
  beforeLog: number;
  /** As many keys in each, by ascending expected time. */
  bins: ExpectedTimesBin[];
}

const mostBins = 5;
const leastKeys = 5;

/** A planned key that was read: both times from the plan's origin. */
export interface FirstRead {
  expectedMs: number;
  readMs: number;
}

/** Sets expected times against first reads of a log that begins `logFromMs` after the origin. Undefined without keys to judge. */
export function expectedTimesOf(
  firstReads: readonly FirstRead[],
  logFromMs: number,
): ExpectedTimes | undefined {
  const judged = firstReads
    .filter(({ expectedMs }) => expectedMs >= logFromMs)
    .sort((a, b) => a.expectedMs - b.expectedMs);
  if (judged.length === 0) return undefined;
  const bins = Math.max(1, Math.min(mostBins, Math.floor(judged.length / leastKeys)));
  const errors = errorsOf(judged);
  return {
    keys: judged.length,
    earlyShare: earlyShare(judged),
    medianErrorMs: quantile(errors, 0.5),
    ninetyErrorMs: quantile(errors, 0.9),
    beforeLog: firstReads.length - judged.length,
    bins: Array.from({ length: bins }, (_, bin) => {
      const keys = judged.slice(
        Math.round((judged.length * bin) / bins),
        Math.round((judged.length * (bin + 1)) / bins),
      );
      return {
        fromMs: keys[0]?.expectedMs ?? 0,
        toMs: keys.at(-1)?.expectedMs ?? 0,
        keys: keys.length,
        earlyShare: earlyShare(keys),
        medianErrorMs: quantile(errorsOf(keys), 0.5),
      };
    }),
  };
}

function earlyShare(keys: readonly FirstRead[]): number {
  return keys.filter(({ expectedMs, readMs }) => readMs < expectedMs).length / keys.length;
}

/** Ascending. */
function errorsOf(keys: readonly FirstRead[]): Float64Array {
  return Float64Array.from(keys, ({ expectedMs, readMs }) => Math.abs(readMs - expectedMs)).sort();
}

/** The smallest value that so large a share is not above. */
function quantile(ascending: Float64Array, share: number): number {
  return ascending[Math.max(0, Math.ceil(share * ascending.length) - 1)] ?? 0;
}
