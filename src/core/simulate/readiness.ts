import { allPlaces, orderByNumbers } from '../forecast/radix-order.ts';

/** From when on the rows that are there have had half, nine tenths and 99 % of the reads; undefined where that never comes. */
export interface Readiness {
  halfMs: number | undefined;
  ninetyMs: number | undefined;
  ninetyNineMs: number | undefined;
}

/** By each key's arrival and reads; unlike the hits of a moment it never falls. All undefined without reads. */
export function readinessOf(arrivalMs: Float64Array, readsOf: Float64Array): Readiness {
  const order = orderByNumbers(allPlaces(arrivalMs.length), arrivalMs, 'ascending');
  const all = readsOf.reduce((sum, reads) => sum + reads, 0);
  const moments: (number | undefined)[] = [];
  const shares = [0.5, 0.9, 0.99];
  let there = 0;
  for (const key of order) {
    const atMs = arrivalMs[key] as number;
    if (!Number.isFinite(atMs)) break;
    there += readsOf[key] as number;
    while (
      all > 0 &&
      moments.length < shares.length &&
      there >= all * (shares[moments.length] as number) * (1 - 1e-12)
    )
      moments.push(atMs);
  }
  const [halfMs, ninetyMs, ninetyNineMs] = moments;
  return { halfMs, ninetyMs, ninetyNineMs };
}
