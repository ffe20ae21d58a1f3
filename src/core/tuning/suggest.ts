import type { ParameterName, ParameterValue } from '../state/parameters.ts';
import { type StepValue, stepsFrom } from './parameter-ranges.ts';
import { decayWeightRule, type Evidence, halfLifeRule, horizonRule, thinLog, type Verdict } from './rules.ts';
import type { Bearing } from './used-parameters.ts';

/** What a run suggests of one parameter. */
export interface Suggestion {
  name: ParameterName;
  /** What the run's plan used, where that is known. */
  used: ParameterValue | undefined;
  /** Where the last step of runs came from, which is tried first: what has not paid is taken back. Undefined where there is none. */
  back?: StepValue | undefined;
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
 * the same forecast's keys is tried both ways, which costs little. Where a plan would choose by itself what was tuned, that is tried too, or a
 * value that was good once would hold for good.
 */
export function suggest(
  name: ParameterName,
  { used, why }: Bearing,
  { evidence, isTuned, before }: { evidence: Evidence; isTuned: boolean; before: StepValue | undefined },
): Suggestion {
  const stays = (reason: string): Suggestion => ({ name, used, values: [], reason });
  if (why !== undefined) return stays(why);
  const thin = thinLog(evidence.cameTrue?.plan);
  const back = thin === undefined ? before : undefined;
  const rule = rules[name];
  if (!rule)
    return thin === undefined ? { name, used, back, values: stepsFrom(name, used), reason: '' } : stays(thin);
  if (typeof used !== 'number') return stays('its value is no number');
  const verdict = rule(used, evidence);
  const isChosen = name === 'halfLifeMs' || name === 'decayWeight';
  const values: StepValue[] = verdict.new === undefined ? [] : [verdict.new];
  if (isTuned && isChosen && thin === undefined) values.push('default');
  return { name, used, back, values, reason: verdict.reason };
}
