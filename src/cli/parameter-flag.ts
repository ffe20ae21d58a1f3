import { parseKeyCount, parseSize } from '../core/amounts.ts';
import type { ForesyncError } from '../core/errors.ts';
import { nearWord } from '../core/near-word.ts';
import { hotOrders, type ParameterName, type ParameterValue } from '../core/state/parameters.ts';
import { printable } from '../core/text.ts';
import { numberRanges } from '../core/tuning/parameter-ranges.ts';
import { parameterValue, parameterWords } from '../ui/parameter-words.ts';
import { usageError } from './base-command.ts';
import { parseDuration } from './duration-flag.ts';

const names = Object.fromEntries(
  Object.entries(parameterWords).map(([name, word]) => [word, name as ParameterName]),
);

/** The parameter that an operator names, such as `half-life`. Throws `usage`, with the name that was meant. */
export function parseParameterName(text: string): ParameterName {
  const word = text.trim();
  const found = Object.hasOwn(names, word) ? names[word] : undefined;
  if (found !== undefined) return found;
  const near = nearWord(word, Object.keys(names));
  throw usageError(
    `'${printable(text, 40)}' is no parameter.`,
    near === undefined ? `They are ${Object.keys(names).join(', ')}.` : `Did you mean ${near}?`,
  );
}

/** `half-life=36h`, or `half-life=default` for what holds without tuning: then the value is undefined. Throws `usage`. */
export function parseSetting(text: string): { name: ParameterName; value: ParameterValue | undefined } {
  const at = text.indexOf('=');
  if (at < 0)
    throw usageError(`'${printable(text, 60)}' says no value.`, 'Write NAME=VALUE, such as half-life=36h.');
  const name = parseParameterName(text.slice(0, at));
  const said = text.slice(at + 1).trim();
  if (said === 'default') return { name, value: undefined };
  return { name, value: name === 'order' ? orderIn(said) : numberIn(name, said) };
}

function orderIn(said: string): ParameterValue {
  const order = hotOrders.find((one) => one === said);
  if (order !== undefined) return order;
  const near = nearWord(said, hotOrders);
  throw usageError(
    `'${printable(said, 40)}' is no order.`,
    near === undefined ? `Write one of ${hotOrders.join(', ')}, or default.` : `Did you mean ${near}?`,
  );
}

function numberIn(name: Exclude<ParameterName, 'order'>, said: string): number {
  const { least, most } = numberRanges[name];
  const value = readers[name](said);
  if (value !== undefined && value >= least && value <= most) return value;
  const bounds = `from ${parameterValue(name, least)} to ${parameterValue(name, most)}`;
  throw notWithin(name, said, bounds);
}

function notWithin(name: ParameterName, said: string, bounds: string): ForesyncError {
  return usageError(
    `'${printable(said, 40)}' is no value for ${parameterWords[name]}.`,
    `Write ${parameterWords[name]}=${examples[name]}; ${bounds}.`,
  );
}

const plainNumber = (text: string) =>
  /^\d{1,3}(?:\.\d{1,9})?$|^\.\d{1,9}$/.test(text) ? Number(text) : undefined;

const readers: Record<Exclude<ParameterName, 'order'>, (text: string) => number | undefined> = {
  horizonMs: parseDuration,
  halfLifeMs: parseDuration,
  prefetchTimeoutMs: parseDuration,
  decayWeight: plainNumber,
  minConfidence: plainNumber,
  budgetKeys: parseKeyCount,
  budgetBytes: parseSize,
};

const examples: Record<ParameterName, string> = {
  horizonMs: '12h',
  halfLifeMs: '36h',
  prefetchTimeoutMs: '20m',
  decayWeight: '0.5',
  minConfidence: '0.4',
  budgetKeys: '50k',
  budgetBytes: '512MiB',
  order: 'reads-per-byte',
};
