import type { ParameterChange } from '../core/state/parameter-steps.ts';
import {
  type ParameterName,
  type ParameterStanding,
  type Parameters,
  type ParameterValue,
  usualParameters,
} from '../core/state/parameters.ts';
import type { StepValue } from '../core/tuning/parameter-ranges.ts';
import type { Tuning } from '../core/tuning/try-steps.ts';
import { parameterWords } from '../ui/parameter-words.ts';

/** A step by a run, of a parameter that is a number: what `parameterChanges` has been from the first. All others are `parameterSteps`. */
export interface NumberChange {
  group: string | undefined;
  name: ParameterName;
  old: number;
  new: number;
  reason: string;
  runId: string;
  changedMs: number;
}

/** What a run made of a parameter; `old` and `new` where these are numbers. */
export interface ToldTuning {
  name: ParameterName;
  old: number | undefined;
  new: number | undefined;
  from: StepValue | undefined;
  to: StepValue | undefined;
  refused: StepValue | undefined;
  reason: string;
}

/** How a parameter stands, by both of its names, and the value that the next plan goes by. */
export interface ToldStanding extends ParameterStanding {
  /** As `--set` takes it. */
  option: string;
  /** Undefined where there is none before a plan is made, or no limit. */
  inForce: ParameterValue | undefined;
}

export function toldStanding(standing: ParameterStanding): ToldStanding {
  const { name, value } = standing;
  const usual: Parameters = usualParameters;
  return { ...standing, option: parameterWords[name], inForce: value ?? usual[name] };
}

export function numberChanges(changes: readonly ParameterChange[]): NumberChange[] {
  return changes.flatMap(({ group, name, kind, old, new: value, reason, runId, changedMs }) =>
    kind === 'tuned' && typeof old === 'number' && typeof value === 'number' && runId !== undefined
      ? [{ group, name, old, new: value, reason, runId, changedMs }]
      : [],
  );
}

export function toldTuning({ name, old, new: value, refused, reason }: Tuning): ToldTuning {
  const number = (of: StepValue | undefined) => (typeof of === 'number' ? of : undefined);
  return { name, old: number(old), new: number(value), from: old, to: value, refused, reason };
}
