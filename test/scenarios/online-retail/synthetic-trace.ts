import { seededRandom } from '../../../src/core/forecast/seeded-random.ts';
import type { Read } from './trace.ts';

const days = 60;
const codes = 4000;
const readsPerDay = 2500;
const dayMs = 86_400_000;
const startMs = Date.UTC(2010, 11, 1);

/**
 * Reads in the shape of the shop's: some thousand a day between 8 and 18 o'clock UTC, at whole minutes, none on
 * Saturdays, of stock codes that differ in popularity as rank ^ -0.75, with new favourites as the weeks go by.
 */
export function syntheticTrace(seed: number): Read[] {
  const random = seededRandom(seed);
  const shares = Array.from({ length: codes }, (_, rank) => (rank + 1) ** -0.75);
  const sums: number[] = [];
  let sum = 0;
  for (const share of shares) {
    sum += share;
    sums.push(sum);
  }
  const reads: Read[] = [];
  for (let day = 0; day < days; day++) {
    const fromMs = startMs + day * dayMs;
    if (new Date(fromMs).getUTCDay() === 6) continue;
    for (let i = 0; i < readsPerDay; i++) {
      const hour = 8 + 5 * (random() + random());
      const timeMs = fromMs + Math.floor(hour * 60) * 60_000;
      // Each week thirty codes change places with others, so that yesterday tells more than last month.
      const rank = rankAt(sums, random() * sum);
      const code = (rank + (rank < 30 ? Math.floor(day / 7) * 30 : 0)) % codes;
      reads.push({ timeMs, key: `${20_000 + code}${'ABC '[code % 4]?.trim() ?? ''}` });
    }
  }
  return reads.sort((a, b) => a.timeMs - b.timeMs);
}

/** The first place whose sum reaches the amount. */
function rankAt(sums: readonly number[], amount: number): number {
  let [low, high] = [0, sums.length - 1];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((sums[middle] ?? 0) < amount) low = middle + 1;
    else high = middle;
  }
  return low;
}
