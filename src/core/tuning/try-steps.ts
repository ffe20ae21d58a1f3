import type { ParameterName, Parameters, ParameterValue } from '../state/parameters.ts';
import { type Confirmation, confirmBack, confirmStep, gainWords, leastGain, signedShare } from './confirm.ts';
import { type StepValue, withValue } from './parameter-ranges.ts';
import type { Suggestion } from './suggest.ts';
import type { Trials } from './trials.ts';

/** What one run made of one parameter: a step, or why it stays. */
export interface Tuning {
  name: ParameterName;
  /** The value that the run's plan used; undefined where it is not known. */
  old: ParameterValue | undefined;
  /** Absent where the parameter stays. */
  new?: StepValue;
  /** A step that the run proposed and the backtest did not bear out. */
  refused?: StepValue;
  reason: string;
}

/** A parameter that is being tried, and how many are. */
export interface TuningProgress {
  name: ParameterName;
  done: number;
  all: number;
}

export interface TryOptions {
  /** Opens what steps are tried on, or says why there is nothing. */
  open(signal: AbortSignal): Promise<Trials | string>;
  /** What the run's plan was made with. */
  base: Parameters;
  budgetMs: number;
  signal: AbortSignal;
  onProgress: ((progress: TuningProgress) => void) | undefined;
}

export const stays = ({ name, used, reason }: Suggestion): Tuning => ({ name, old: used, reason });

/**
 * Tries what a run suggests, one parameter after the other, each beside the steps that were adopted before it. What is not confirmed within the budget is
 * not adopted. Rejects with the signal's reason where that trips.
 */
export async function trySteps(
  suggestions: readonly Suggestion[],
  { open, base, budgetMs, signal, onProgress }: TryOptions,
): Promise<Tuning[]> {
  const all = suggestions.filter(isTried).length;
  if (all === 0) return suggestions.map(stays);
  const deadline = new AbortController();
  const timer = setTimeout(() => deadline.abort(), budgetMs);
  if (budgetMs <= 0) deadline.abort();
  const both = AbortSignal.any([signal, deadline.signal]);
  const late = `it could not be confirmed within ${budgetMs / 1000} s`;
  const inTime = async <T>(work: () => Promise<T>): Promise<T | string> => {
    try {
      both.throwIfAborted();
      return await work();
    } catch (error) {
      signal.throwIfAborted();
      if (deadline.signal.aborted) return late;
      throw error;
    }
  };
  let trials: Trials | string | undefined;
  try {
    trials = await inTime(() => open(both));
    const tunings: Tuning[] = [];
    let standing = base;
    let done = 0;
    for (const suggestion of suggestions) {
      if (!isTried(suggestion)) {
        tunings.push(stays(suggestion));
        continue;
      }
      onProgress?.({ name: suggestion.name, done: done++, all });
      const ready = trials;
      const tuning =
        typeof ready === 'string' ? ready : await inTime(() => tryStep(suggestion, standing, ready));
      if (typeof tuning === 'string') {
        tunings.push({ ...stays(suggestion), reason: joined(suggestion.reason, tuning) });
        continue;
      }
      if (tuning.new !== undefined) standing = withValue(standing, tuning.name, tuning.new);
      tunings.push(tuning);
    }
    return tunings;
  } finally {
    clearTimeout(timer);
    if (typeof trials === 'object') await trials.close();
  }
}

function isTried({ values, back }: Suggestion): boolean {
  return values.length > 0 || back.length > 0;
}

/** Back where that is worth more; else the best of the values by the run's own reads, if the windows before bear it out. */
async function tryStep(suggestion: Suggestion, standing: Parameters, trials: Trials): Promise<Tuning> {
  return (await tryBack(suggestion, standing, trials)) ?? (await tryValues(suggestion, standing, trials));
}

async function tryBack(
  { name, used: old, back }: Suggestion,
  standing: Parameters,
  trials: Trials,
): Promise<Tuning | undefined> {
  let best: { found: Confirmation; tuning: Tuning } | undefined;
  for (const value of back) {
    const gains = await trials.gains(standing, withValue(standing, name, value));
    const found = confirmBack(gains);
    if (!found.isAdopted || (best && found.gain <= best.found.gain)) continue;
    const reason = `it has not paid: to go back is worth ${gainWords(gains, found)}`;
    best = { found, tuning: { name, old, new: value, reason } };
  }
  return best?.tuning;
}

async function tryValues(suggestion: Suggestion, standing: Parameters, trials: Trials): Promise<Tuning> {
  const { name, used: old, reason } = suggestion;
  let best: { value: StepValue; gain: number } | undefined;
  for (const value of suggestion.values) {
    const gain = await trials.gainOnOwn(standing, withValue(standing, name, value));
    if (!best || gain > best.gain) best = { value, gain };
  }
  if (!best)
    return stays({ ...suggestion, reason: joined(suggestion.reason, 'what it has come to has paid') });
  if (best.gain < leastGain)
    return {
      name,
      old,
      reason: joined(
        reason,
        `no step is worth the while, at best ${signedShare(best.gain)} of the run's reads`,
      ),
    };
  const gains = await trials.gains(standing, withValue(standing, name, best.value));
  const found = confirmStep(gains);
  const worth = `worth ${gainWords(gains, found)}`;
  if (found.isAdopted) return { name, old, new: best.value, reason: joined(reason, `the step is ${worth}`) };
  return {
    name,
    old,
    refused: best.value,
    reason: joined(reason, `the backtest refuses the step, which is ${worth}`),
  };
}

function joined(reason: string, more: string): string {
  return reason === '' ? more : `${reason}; ${more}`;
}
