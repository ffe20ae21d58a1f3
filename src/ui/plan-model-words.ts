import type { ModelName } from '../core/forecast/report.ts';
import { formatSpan } from './format.ts';

/** A model with its settings in at most 21 characters, as a table has it: `learned, decay x0.5`. */
export function modelName({ model, halfLifeMs, cycleMs, decayWeight, seasonal }: ModelName): string {
  if (model === 'arima') return seasonal ? 'seasonal ARIMA' : 'ARIMA';
  if (model === 'lstm') return 'LSTM';
  if (model === 'learned') {
    return decayWeight === undefined || decayWeight === 0 || halfLifeMs === undefined
      ? 'learned'
      : `learned, decay x${decayWeight}`;
  }
  if (halfLifeMs !== undefined) return `${model}, ${formatSpan(halfLifeMs)}`;
  return cycleMs === undefined ? model : `${model}, ${formatSpan(cycleMs)}`;
}

/** The same in a sentence: `the decayed count, half-life 8 d`. */
export function modelWords({ model, halfLifeMs, cycleMs, decayWeight }: ModelName): string {
  const halfLife = halfLifeMs === undefined ? '' : `, half-life ${formatSpan(halfLifeMs)}`;
  switch (model) {
    case 'frequency':
      return 'plain frequency';
    case 'recency':
      return 'the time of the last read';
    case 'decay':
      return `the decayed count${halfLife}`;
    case 'seasonal':
      return `reads at the same time${cycleMs === undefined ? '' : ` ${formatSpan(cycleMs)} before`}`;
    case 'learned':
      return decayWeight ? `learned forests beside the decayed count${halfLife}` : 'learned forests';
    default:
      return { arima: 'ARIMA', lstm: 'the LSTM' }[model];
  }
}
