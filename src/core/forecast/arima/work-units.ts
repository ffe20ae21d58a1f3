import type { ArimaOrder } from './fit-job.ts';

/**
 * What a fit costs: one unit is one step of a fit without a season. A seasonal one forecasts through a state as long as
 * the season, in time that grows with its fourth power. About 50,000 units a second by both
 * workers together on a server of 2 cores.
 */
export function fitWorkUnits(steps: number, { season }: ArimaOrder): number {
  return Math.max(1, steps) + Math.ceil(season ** 4 / 16_384);
}

/** How many fits of one price the budget pays for. */
export function affordableFits(fits: number, price: number, workUnits: number): number {
  return Math.max(0, Math.min(fits, Math.floor(workUnits / price)));
}
