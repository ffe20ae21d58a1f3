/**
 * Share of the horizon's reads that has passed at the median of a key's first read, given that it is read: for reads
 * that come as a Poisson process with `expected` reads in all, the F with 1 − e^(−expected · F) = (1 − e^(−expected)) / 2.
 * Half for a key that is hardly read, towards zero for a hot one.
 */
export function medianFirstReadShare(expected: number): number {
  if (expected < 1e-6) return 0.5;
  return -Math.log1p(Math.expm1(-expected) / 2) / expected;
}
