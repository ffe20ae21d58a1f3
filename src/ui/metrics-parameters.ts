import type { GroupParameters, ParameterChange } from '../core/state/parameters.ts';
import { printable } from '../core/text.ts';
import type { Tuning } from '../core/tuning/tune-by-run.ts';
import type { Brush } from './metrics-paint.ts';
import { parameterLabels, parameterValue, shownParameters, startedAt } from './metrics-words.ts';
import { wrapWords } from './wrap-words.ts';

/** The values that the next plan uses, and the steps they came by, newest first. */
export function parameterLines(
  groups: readonly GroupParameters[],
  changes: readonly ParameterChange[],
  brush: Brush,
): string[] {
  if (groups.length === 0) {
    return [`  ${brush.paint('quiet', "No parameter has been tuned yet: plans use foresync's defaults.")}`];
  }
  const values = groups.map(({ group, parameters }) => {
    const known = shownParameters.flatMap((name) => {
      const value = parameters[name];
      return value === undefined ? [] : [`${parameterLabels[name]} ${parameterValue(name, value)}`];
    });
    return `  ${groupName(group)}: ${known.join(brush.separator)}`;
  });
  return [
    `  ${brush.paint('strong', 'Parameters of the next plan')}`,
    ...values,
    '',
    `  ${brush.paint('strong', 'How they came about')}`,
    ...changes.flatMap((change) => {
      const head = `${parameterLabels[change.name]} ${stepWords(change, brush)}`;
      const where = `${startedAt(change.changedMs)} UTC, ${groupName(change.group)}, run ${printable(change.runId, 8)}`;
      return [
        `  ${brush.paint('active', head)}  ${brush.paint('quiet', where)}`,
        ...because(change.reason, brush),
      ];
    }),
  ];
}

/** What one run made of the parameters: a step each, or why it stays. */
export function tuningLines(tunings: readonly Tuning[], brush: Brush): string[] {
  return tunings.flatMap((tuning) => {
    const { name, old, reason } = tuning;
    const label = parameterLabels[name];
    if (old !== undefined && tuning.new !== undefined) {
      return [
        `  ${brush.paint('active', `${label} ${stepWords({ name, old, new: tuning.new }, brush)}`)}`,
        ...because(reason, brush),
      ];
    }
    return [
      `  ${label} stays${old === undefined ? '' : ` at ${parameterValue(name, old)}`}`,
      ...because(reason, brush),
    ];
  });
}

function stepWords(step: Pick<ParameterChange, 'name' | 'old' | 'new'>, { arrow }: Brush): string {
  return `${parameterValue(step.name, step.old)} ${arrow} ${parameterValue(step.name, step.new)}`;
}

function because(reason: string, { width }: Brush): string[] {
  return wrapWords([`because ${printable(reason, 1000)}.`], width - 8).map((line) => `    ${line}`);
}

function groupName(group: string | undefined): string {
  return group === undefined ? '(no group)' : printable(group, 40);
}
