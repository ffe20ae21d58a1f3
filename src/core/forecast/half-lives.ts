/** Half-lives that are tried, as multiples of the horizon: the best one differs by a factor of 500 between traces. */
export const halfLivesInHorizons: readonly number[] = [1 / 8, 1 / 4, 1 / 2, 1, 2, 4, 8, 16, 64];
