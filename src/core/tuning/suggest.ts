import type { ParameterName, ParameterValue } from '../state/parameters.ts';
import { type StepValue, stepsFrom } from './parameter-ranges.ts';
import { decayWeightRule, type Evidence, halfLifeRule, horizonRule, thinLog, type Verdict } from './rules.ts';
import type { Bearing } from './used-parameters.ts';

/** What a run suggests of one parameter. */
export interface Suggestion {
  name: ParameterName;
  /** What the run's plan used, where that is known. */
  used: ParameterValue | undefined;
  /** Values to go back to, which are tried first: where the last step of runs came from, and the default of what a plan would choose by itself. */
  back: StepValue[];
  /** Values to try; none where the parameter stays. */
  values: StepValue[];
  /** Why; empty where there is nothing to say before the values were tried. */
  reason: string;
}

const rules: Partial<Record<ParameterName, (used: number, evidence: Evidence) => Verdict>> = {
  horizonMs: horizonRule,
  halfLifeMs: halfLifeRule,
  decayWeight: decayWeightRule,
};

/**
 * Rules speak where a forecast would have to be made anew for every value: they tell a direction from what the run's log and times say. What is only a choice among
 * the same forecast's keys is tried both ways, which costs little. A step that runs have made must go on paying, and so must a value that rules out what a plan would
 * choose by itself: else one that was good once would hold for good. `before` is where the last step came from.
 */
export function suggest(
  name: ParameterName,
  { used, why }: Bearing,
  { evidence, isTuned, before }: { evidence: Evidence; isTuned: boolean; before: StepValue | undefined },
): Suggestion {
  const stays = (reason: string): Suggestion => ({ name, used, back: [], values: [], reason });
  if (why !== undefined) return stays(why);
  const thin = thinLog(evidence.cameTrue?.plan);
  const rule = rules[name];
  const isChosen = name === 'halfLifeMs' || name === 'decayWeight';
  const back = new Set<StepValue>(isTuned && isChosen ? ['default'] : []);
  if (before !== undefined) back.add(before);
  const tried = { name, used, back: thin === undefined ? [...back] : [] };
  if (!rule)
    return thin === undefined ? { ...tried, values: stepsFrom(name, used), reason: '' } : stays(thin);
  if (typeof used !== 'number') return stays('its value is no number');
  const verdict = rule(used, evidence);
  return { ...tried, values: verdict.new === undefined ? [] : [verdict.new], reason: verdict.reason };
}
