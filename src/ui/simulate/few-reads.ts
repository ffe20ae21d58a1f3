/** Of fewer, one more or less moves a hit rate by a hundredth. */
const enoughReads = 100;

/** So few reads say little of any hit rate. */
export function isFew(reads: number): boolean {
  return reads > 0 && reads < enoughReads;
}
