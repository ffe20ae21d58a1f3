/**
 * `width` values over the same time: means where there are more, each weighted by how much of it falls to a place; repeated where there are
 * fewer.
 */
export function resample(values: readonly number[], width: number): number[] {
  const perPlace = values.length / width;
  return Array.from({ length: width }, (_, place) => {
    const begin = place * perPlace;
    if (perPlace <= 1) return values[Math.floor(begin + perPlace / 2)] ?? 0;
    return weightedMean(values, begin, begin + perPlace);
  });
}

/** As `resample`, but fewer values stay as they are. */
export function condense(values: readonly number[], width: number): number[] {
  return values.length <= width ? [...values] : resample(values, width);
}

function weightedMean(values: readonly number[], begin: number, end: number): number {
  let sum = 0;
  for (let at = Math.floor(begin); at < end; at++) {
    sum += (values[at] ?? 0) * (Math.min(end, at + 1) - Math.max(begin, at));
  }
  return sum / (end - begin);
}
