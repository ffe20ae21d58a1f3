import type { ParameterName, ParameterValue } from '../state/parameters.ts';
import { stepsFrom } from './parameter-ranges.ts';
import { decayWeightRule, type Evidence, halfLifeRule, horizonRule, thinLog, type Verdict } from './rules.ts';
import type { Bearing } from './used-parameters.ts';

/** What a run suggests of one parameter. */
export interface Suggestion {
  name: ParameterName;
  /** What the run's plan used, where that is known. */
  used: ParameterValue | undefined;
  /** Values to try, a step away; none where the parameter stays. */
  values: ParameterValue[];
  /** What asks for the step: evidence of the log and the run's times, or neighbours that are to be tried on the run's reads. */
  asked: 'evidence' | 'hindsight';
  /** Why; of neighbours that are to be tried there is nothing to say yet. */
  reason: string;
}

const rules: Partial<Record<ParameterName, (used: number, evidence: Evidence) => Verdict>> = {
  horizonMs: horizonRule,
  halfLifeMs: halfLifeRule,
  decayWeight: decayWeightRule,
};

/**
 * Rules speak where a forecast would have to be made anew for every value: they tell a direction from what the run's log and times say. What is only a choice among
 * the same forecast's keys is tried both ways, which costs little.
 */
export function suggest(name: ParameterName, bearing: Bearing, evidence: Evidence): Suggestion {
  const { used } = bearing;
  const stays = (reason: string): Suggestion => ({ name, used, values: [], asked: 'evidence', reason });
  if (bearing.why !== undefined) return stays(bearing.why);
  const rule = rules[name];
  if (rule) {
    if (typeof used !== 'number') return stays('its value is no number');
    const verdict = rule(used, evidence);
    return verdict.new === undefined
      ? stays(verdict.reason)
      : { ...stays(verdict.reason), values: [verdict.new] };
  }
  const thin = thinLog(evidence.cameTrue?.plan);
  if (thin !== undefined) return stays(thin);
  return { name, used, values: stepsFrom(name, bearing.used), asked: 'hindsight', reason: '' };
}
