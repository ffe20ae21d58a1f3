import { hotOrders, type ParameterName, type Parameters, type ParameterValue } from '../state/parameters.ts';

/** Bounds of a number, and how far one run may move it: by adding, or by a factor. */
export interface NumberRange {
  least: number;
  most: number;
  step: { add: number } | { factor: number };
  isWhole: boolean;
}

const minuteMs = 60_000;
const dayMs = 86_400_000;

/** Of every parameter that is a number. The order has three values, and one step is from any to any other. */
export const numberRanges: Readonly<Record<Exclude<ParameterName, 'order'>, NumberRange>> = {
  horizonMs: { least: 15 * minuteMs, most: 14 * dayMs, step: { factor: 1.25 }, isWhole: true },
  // Half-lives that a forecast knows double, so a smaller step would change nothing.
  halfLifeMs: { least: 60 * minuteMs, most: 90 * dayMs, step: { factor: 2 }, isWhole: true },
  decayWeight: { least: 0, most: 4, step: { add: 0.5 }, isWhole: false },
  minConfidence: { least: 0.05, most: 0.95, step: { add: 0.05 }, isWhole: false },
  budgetKeys: { least: 100, most: 100_000_000, step: { factor: 1.25 }, isWhole: true },
  budgetBytes: { least: 100_000, most: 1e12, step: { factor: 1.25 }, isWhole: true },
  prefetchTimeoutMs: { least: 1000, most: dayMs, step: { factor: 1.25 }, isWhole: true },
};

/** One step up or down, within the bounds; undefined where there is none left. */
export function stepFrom(
  name: Exclude<ParameterName, 'order'>,
  value: number,
  direction: 'up' | 'down',
): number | undefined {
  const { least, most, step, isWhole } = numberRanges[name];
  const isUp = direction === 'up';
  const moved =
    'add' in step
      ? hundredths(value + (isUp ? step.add : -step.add))
      : isUp
        ? value * step.factor
        : value / step.factor;
  const next = Math.min(most, Math.max(least, isWhole ? Math.round(moved) : moved));
  return isUp === next > value && next !== value ? next : undefined;
}

/** Every value that one step leads to. */
export function stepsFrom<N extends ParameterName>(name: N, value: ParameterValue): ParameterValue[] {
  if (name === 'order') return hotOrders.filter((order) => order !== value);
  if (typeof value !== 'number') return [];
  const number = name as Exclude<ParameterName, 'order'>;
  return (['down', 'up'] as const).flatMap((direction) => stepFrom(number, value, direction) ?? []);
}

/** What a step leads to: a value, or back to what holds when nothing is tuned. */
export type StepValue = ParameterValue | 'default';

/** With one parameter at another value. */
export function withValue(parameters: Parameters, name: ParameterName, value: StepValue): Parameters {
  const { [name]: _, ...others } = parameters;
  return value === 'default' ? others : { ...others, [name]: value };
}

/** Off the noise of adding 0.05, so that values compare. */
function hundredths(value: number): number {
  return Math.round(value * 100) / 100;
}
