import type { ParameterName, ParameterValue } from '../core/state/parameters.ts';
import { formatBytes, formatCount, formatFraction, formatSpan } from './format.ts';

/** As people read them, in the order in which they are shown. */
export const parameterLabels: Readonly<Record<ParameterName, string>> = {
  minConfidence: 'minimum confidence',
  horizonMs: 'horizon',
  halfLifeMs: 'half-life',
  decayWeight: 'decay weight',
  budgetKeys: 'budget in keys',
  budgetBytes: 'budget in bytes',
  prefetchTimeoutMs: 'prefetch timeout',
  order: 'order of hot rows',
};

export const shownParameters = Object.keys(parameterLabels) as ParameterName[];

/** `0.45`, `24 h`, `50,000 keys`. */
export function parameterValue(name: ParameterName, value: ParameterValue): string {
  if (typeof value !== 'number') return value;
  switch (name) {
    case 'minConfidence':
    case 'decayWeight':
      return formatFraction(value, 2);
    case 'budgetKeys':
      return `${formatCount(value)} keys`;
    case 'budgetBytes':
      return formatBytes(value);
    default:
      return formatSpan(value);
  }
}

/** As operators write them: the flags of `plan` and `add-replica` where there are such. */
export const parameterWords: Readonly<Record<ParameterName, string>> = {
  minConfidence: 'min-confidence',
  horizonMs: 'horizon',
  halfLifeMs: 'half-life',
  decayWeight: 'decay-weight',
  budgetKeys: 'budget-keys',
  budgetBytes: 'budget-bytes',
  prefetchTimeoutMs: 'prefetch-timeout',
  order: 'order',
};
