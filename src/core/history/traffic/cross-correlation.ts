/** The correlation of a with a later b, for each lag from -maxLag to maxLag, and what each half of the time adds to it. */
export interface CrossCorrelation {
  /** Place `lag + maxLag` is for that lag: how well a[i] goes with b[i + lag], -1 to 1. */
  whole: Float64Array;
  firstHalf: Float64Array;
  secondHalf: Float64Array;
}

/** Of two series of equal length and mean 0, by plain sums: for some thousand values they are as quick as a Fourier transform. */
export function crossCorrelation(a: Float64Array, b: Float64Array, maxLag: number): CrossCorrelation {
  const scale = scaleOf(a, b);
  const middle = a.length >> 1;
  const padded = new Float64Array(b.length + 2 * maxLag + lagsAtOnce);
  padded.set(b, maxLag);
  const lags = 2 * maxLag + 1;
  const firstHalf = sumsOfProducts(a, padded, lags, 0, middle).map((sum) => sum * scale);
  const secondHalf = sumsOfProducts(a, padded, lags, middle, a.length).map((sum) => sum * scale);
  return {
    whole: firstHalf.map((first, place) => first + (secondHalf[place] as number)),
    firstHalf,
    secondHalf,
  };
}

/** What each of `parts` equal parts of the time adds to the correlation at one lag. */
export function correlationByPart(
  a: Float64Array,
  b: Float64Array,
  lag: number,
  parts: number,
): Float64Array {
  const scale = scaleOf(a, b);
  return Float64Array.from({ length: parts }, (_, part) => {
    const end = Math.floor(((part + 1) * a.length) / parts);
    let sum = 0;
    for (let i = Math.floor((part * a.length) / parts); i < end; i++)
      sum += (a[i] as number) * (b[i + lag] ?? 0);
    return sum * scale;
  });
}

const lagsAtOnce = 4;

/**
 * For each place below `lags`, the sum of a[i] * b[i + place] from `begin` to `end`. Four places at once: they share a[i], and an addition
 * need not wait for the one before.
 */
function sumsOfProducts(
  a: Float64Array,
  b: Float64Array,
  lags: number,
  begin: number,
  end: number,
): Float64Array {
  const sums = new Float64Array(lags);
  for (let place = 0; place < lags; place += lagsAtOnce) {
    let first = 0;
    let second = 0;
    let third = 0;
    let fourth = 0;
    for (let i = begin; i < end; i++) {
      const value = a[i] as number;
      const at = i + place;
      first += value * (b[at] as number);
      second += value * (b[at + 1] as number);
      third += value * (b[at + 2] as number);
      fourth += value * (b[at + 3] as number);
    }
    // What lies past the end is left out by the array itself.
    sums[place] = first;
    sums[place + 1] = second;
    sums[place + 2] = third;
    sums[place + 3] = fourth;
  }
  return sums;
}

function scaleOf(a: Float64Array, b: Float64Array): number {
  return 1 / Math.sqrt(squareSum(a) * squareSum(b) || 1);
}

function squareSum(values: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += (values[i] as number) ** 2;
  return sum;
}
