/** Above this, four terms of the asymptotic series are exact to about 1e-12. */
const asymptoticFrom = 10;

/** Logarithm of the gamma function for x > 0: Stirling's series (Abramowitz and Stegun 6.1.41) after the recurrence has lifted x. */
export function lnGamma(x: number): number {
  let lifted = x;
  let product = 1;
  while (lifted < asymptoticFrom) product *= lifted++;
  const inverse = 1 / lifted;
  const square = inverse * inverse;
  const series = inverse * (1 / 12 - square * (1 / 360 - square * (1 / 1260 - square * (1 / 1680))));
  return (
    (lifted - 0.5) * Math.log(lifted) - lifted + 0.5 * Math.log(2 * Math.PI) + series - Math.log(product)
  );
}

/** Derivative of `lnGamma` for x > 0: Abramowitz and Stegun 6.3.18 after the recurrence 6.3.5. */
export function digamma(x: number): number {
  let lifted = x;
  let sum = 0;
  while (lifted < asymptoticFrom) sum -= 1 / lifted++;
  const square = 1 / (lifted * lifted);
  const series =
    square * (1 / 12 - square * (1 / 120 - square * (1 / 252 - square * (1 / 240 - square / 132))));
  return sum + Math.log(lifted) - 0.5 / lifted - series;
}
