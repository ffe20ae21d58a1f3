/** How much more a step was worth than no step, as a share of each window's reads. */
export interface StepGains {
  /** On the reads of the run itself. */
  own: number;
  /** On windows before the run. */
  before: readonly number[];
}

export interface Confirmation {
  isAdopted: boolean;
  /** The mean of what the run gains and what the earlier windows gain in the mean. */
  gain: number;
  /** Its standard error, by how far the run's gain and those of the earlier windows differ. */
  noise: number;
}

/** What a step must gain at least, as a share of the reads. */
export const leastGain = 0.001;

/** By how many standard errors a step must gain. With two, a single window beside the run was enough, and a workload that stays as it is was walked away from by luck. */
const leastErrors = 2.25;
/** The value that held before needs less: only luck may have led away from it. */
const leastErrorsBack = 1;

/**
 * Whether a step is adopted: it must be worth more than none, by `leastGain` and by two and a quarter times the noise. The run counts as much as all earlier windows together: they
 * alone would hold on to a pattern that is over, and the run alone is a single draw, by which the step was chosen besides. So a step that
 * a new pattern asks for is adopted once two of three windows before the run show that pattern too.
 */
export function confirmStep(gains: StepGains): Confirmation {
  return confirm(gains, leastErrors);
}

/** Whether a step is taken back: the value before it must be worth more by `leastGain` and by the noise. */
export function confirmBack(gains: StepGains): Confirmation {
  return confirm(gains, leastErrorsBack);
}

function confirm({ own, before }: StepGains, errors: number): Confirmation {
  const gain = (own + meanOf(before)) / 2;
  const all = [own, ...before];
  const mean = meanOf(all);
  const variance = all.reduce((sum, one) => sum + (one - mean) ** 2, 0) / Math.max(1, all.length - 1);
  const noise = Math.sqrt(variance + variance / before.length) / 2;
  return { isAdopted: gain >= Math.max(leastGain, errors * noise), gain, noise };
}

function meanOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** `+1.9 % of the reads (+2.6 % on its own, +1.2 % on 3 windows before, ± 0.3)` */
export function gainWords({ own, before }: StepGains, { gain, noise }: Confirmation): string {
  const mean = meanOf(before);
  const windows = before.length === 1 ? 'a window' : `${before.length} windows`;
  return `${signedShare(gain)} of the reads: ${signedShare(own)} on its own, ${signedShare(mean)} on ${windows} before it, ± ${(100 * noise).toFixed(2)}`;
}

/** `+1.90 %` */
export function signedShare(share: number): string {
  const percent = (100 * share).toFixed(2);
  return `${share < 0 || percent.startsWith('-') ? '' : '+'}${percent === '-0.00' ? '+0.00' : percent} %`;
}
