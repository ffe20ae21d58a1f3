import type { ArimaOrder } from './fit-job.ts';

/**
 * What a fit costs: one unit is one step of a fit without a season. A seasonal one forecasts through a state as long as
 * the season, in time that grows with its fourth power. About 50,000 units a second by both
 * workers together on a server of 2 cores.
 */
export function fitWorkUnits(steps: number, { season }: ArimaOrder): number {
  return steps + Math.ceil(season ** 4 / 16_384);
}

/** How many of the jobs, from the first on, the budget pays for, and what they cost. */
export function affordable(prices: number[], workUnits: number): { count: number; workUnits: number } {
  let spent = 0;
  let count = 0;
  for (const price of prices) {
    if (spent + price > workUnits) break;
    spent += price;
    count++;
  }
  return { count, workUnits: spent };
}
