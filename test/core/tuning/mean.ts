/** Of the places from `from` to before `to`. */
export function mean(rates: readonly number[], from = 0, to = rates.length): number {
  const some = rates.slice(from, to);
  return some.reduce((sum, rate) => sum + rate, 0) / some.length;
}
