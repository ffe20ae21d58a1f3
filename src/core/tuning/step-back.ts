import type { ParameterChange } from '../state/parameter-steps.ts';
import type { ParameterName } from '../state/parameters.ts';
import type { StepValue } from './parameter-ranges.ts';

interface Step {
  from: StepValue;
  /** What `from` was then, where it was a default. */
  held: StepValue | undefined;
  to: StepValue;
}

/**
 * Where the last step that runs made of a parameter, and have not taken back since, came from; undefined where there is none, or an operator has moved it since.
 * `changes` are the newest first.
 */
export function beforeLastStep(
  changes: readonly ParameterChange[],
  name: ParameterName,
): StepValue | undefined {
  const steps: Step[] = [];
  for (const change of changes.toReversed()) {
    if (change.name !== name) continue;
    if (change.kind === 'set' || change.kind === 'undone') steps.length = 0;
    if (change.kind !== 'tuned') continue;
    const step = stepOf(change);
    const last = steps.at(-1);
    if (last && (step.to === last.from || step.to === last.held)) steps.pop();
    else steps.push(step);
  }
  return steps.at(-1)?.from;
}

function stepOf({ old, new: value, wasDefault }: ParameterChange): Step {
  return { from: wasDefault ? 'default' : (old ?? 'default'), held: old, to: value ?? 'default' };
}
