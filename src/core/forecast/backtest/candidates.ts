import { featureCount } from '../features/feature-rows.ts';
import { blend } from '../learned/blend.ts';
import type { Learned } from '../learned/learn.ts';
import type { TrainingRows } from '../learned/training-rows.ts';
import { type ColumnOf, type SimpleRule, simpleRules } from '../models.ts';

/** Something that gives every key a score. */
export type Candidate = { rule: SimpleRule } | { learned: Learned; decay: SimpleRule; decayWeight: number };

/** How much the best decayed count may weigh beside the forests, each of which weighs 1. */
const decayWeights = [0, 0.5, 1, 2];

/** The simplest last, which wins a tie. Where the decayed count's weight beside the forests was tuned, no other one is tried. */
export function candidatesOf(
  learned: Learned | undefined,
  decay: SimpleRule,
  historyMs: number,
  tunedWeight?: number | undefined,
): Candidate[] {
  const rules = simpleRules(historyMs).map((rule): Candidate => ({ rule }));
  if (!learned) return rules;
  const weights = tunedWeight === undefined ? decayWeights : [tunedWeight];
  return [...weights.map((decayWeight) => ({ learned, decay, decayWeight })), ...rules];
}

/** Its scores of the rows of one origin; of forests, those that did not know the window. */
export function scoresAt(candidate: Candidate, rows: TrainingRows, origin: number): Float32Array {
  const [start, end] = [rows.starts[origin]!, rows.starts[origin + 1]!];
  const column: ColumnOf = (feature) => {
    const values = new Float32Array(end - start);
    for (let i = 0; i < values.length; i++) values[i] = rows.features[(start + i) * featureCount + feature]!;
    return values;
  };
  if ('rule' in candidate) return candidate.rule.score(column);
  return blend({
    forests: candidate.learned.judged.map((rates) => rates.subarray(start, end)),
    decayed: candidate.decay.score(column),
    decayWeight: candidate.decayWeight,
    weights: rows.weights.subarray(start, end),
  });
}

export function isLearned(candidate: Candidate): candidate is Exclude<Candidate, { rule: SimpleRule }> {
  return 'learned' in candidate;
}
