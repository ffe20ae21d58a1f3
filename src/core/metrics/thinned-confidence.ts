const bisections = 60;

/**
 * A confidence is of all reads that a plan expects of the group; this is the probability that a log which holds only
 * the given share of them (0 to 1, each read as likely as any other) has a read of the key. `expectedReads` are those
 * of the whole group.
 *
 * A key's reads are taken as a Poisson count whose rate is gamma distributed, the negative binomial (Greenwood, Yule
 * 1920), with the one dispersion k that gives both figures: (1 + reads/k)^-k = 1 - confidence. Thinning leaves k as it
 * is. Where the confidence is higher than the reads alone allow for, reads come as independent events at most, and
 * what is left is 1 - (1 - confidence)^share; for keys read in bursts that formula alone says far too little.
 */
export function thinnedConfidence(confidence: number, expectedReads: number, share: number): number {
  if (share >= 1) return confidence;
  const surprise = -Math.log1p(-confidence);
  if (surprise >= expectedReads) return -Math.expm1(-surprise * share);
  const dispersion = dispersionOf(surprise, expectedReads);
  return -Math.expm1(-dispersion * Math.log1p((share * expectedReads) / dispersion));
}

/** The k with k·ln(1 + reads/k) = surprise, by bisection of its logarithm: the left side rises with k towards `reads`. */
function dispersionOf(surprise: number, reads: number): number {
  let low = Math.log(1e-12);
  let high = Math.log(1e12);
  for (let step = 0; step < bisections; step++) {
    const middle = (low + high) / 2;
    const k = Math.exp(middle);
    if (k * Math.log1p(reads / k) < surprise) low = middle;
    else high = middle;
  }
  return Math.exp(low);
}
