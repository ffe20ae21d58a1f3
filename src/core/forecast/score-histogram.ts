const binsPerOctave = 64;
const lowestExponent = -64;
const highestExponent = 40;
/** Bin 0 holds scores of zero and those too small to tell from it. */
export const binCount = (highestExponent - lowestExponent) * binsPerOctave + 2;

/** The upper bits of a positive float32, its exponent and the first six bits of its mantissa, ascend with its value. */
const shift = 23 - Math.log2(binsPerOctave);
const float = new Float32Array(1);
const bits = new Uint32Array(float.buffer);
const lowestBits = (127 + lowestExponent) * binsPerOctave - 1;

/**
 * Keys by score in bins about 1 % wide, each with what the keys in it then did. Ranking by a histogram instead of
 * sorting keeps a backtest's memory independent of the number of keys.
 */
export class ScoreHistogram {
  readonly keys = new Float64Array(binCount);
  readonly reads = new Float64Array(binCount);
  /** Keys that were read at all. */
  readonly hits = new Float64Array(binCount);
  scoreSum = 0;
  knownKeys = 0;

  add(score: number, reads: number): void {
    const bin = binOf(score);
    this.keys[bin]! += 1;
    this.scoreSum += score;
    this.knownKeys += 1;
    if (reads > 0) {
      this.reads[bin]! += reads;
      this.hits[bin]! += 1;
    }
  }

  /** Reads of the `count` keys with the highest scores; of the bin that the count cuts, the average. */
  readsOfTop(count: number): number {
    let left = count;
    let reads = 0;
    for (let bin = binCount - 1; bin >= 0 && left > 0; bin--) {
      const keys = this.keys[bin]!;
      if (keys === 0) continue;
      reads += this.reads[bin]! * Math.min(1, left / keys);
      left -= keys;
    }
    return reads;
  }
}

export function binOf(score: number): number {
  if (!(score >= 2 ** lowestExponent)) return 0;
  float[0] = score;
  return Math.min(binCount - 1, (bits[0]! >>> shift) - lowestBits);
}

/** The middle of a bin; 0 for bin 0. */
export function scoreOf(bin: number): number {
  if (bin === 0) return 0;
  bits[0] = ((bin + lowestBits) << shift) | (1 << (shift - 1));
  return float[0]!;
}
