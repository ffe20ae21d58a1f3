import type { ParameterChange } from '../core/state/parameter-steps.ts';
import type { GroupParameters, ParameterName } from '../core/state/parameters.ts';
import { printable, shortId } from '../core/text.ts';
import type { StepValue } from '../core/tuning/parameter-ranges.ts';
import type { Tuning } from '../core/tuning/try-steps.ts';
import type { Brush } from './metrics-paint.ts';
import { startedAt } from './metrics-words.ts';
import { parameterLabels, parameterValue, shownParameters } from './parameter-words.ts';
import { wrapWords } from './wrap-words.ts';

/** The values that the next plan uses, and the steps they came by, newest first. */
export function parameterLines(
  groups: readonly GroupParameters[],
  changes: readonly ParameterChange[],
  brush: Brush,
): string[] {
  if (groups.length === 0 && changes.length === 0) {
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
    ...(values.length > 0 ? values : ['  All are as by default.']),
    '',
    `  ${brush.paint('strong', 'How they came about')}`,
    ...changes.flatMap((change) => changeLines(change, brush)),
  ];
}

/** One step, whoever took it, and why. */
export function changeLines(change: ParameterChange, brush: Brush): string[] {
  const by = change.runId === undefined ? ', an operator' : `, run ${shortId(change.runId)}`;
  const where = `${startedAt(change.changedMs)} UTC, ${groupName(change.group)}${by}`;
  const role = change.kind === 'refused' ? 'quiet' : 'active';
  return [
    `  ${brush.paint(role, `${parameterLabels[change.name]} ${changeWords(change, brush)}`)}  ${brush.paint('quiet', where)}`,
    ...(change.runId === undefined && change.undoes === undefined ? [] : because(change.reason, brush)),
  ];
}

/** `0.50 → 0.45`, `frozen at 24 h`. */
function changeWords({ name, kind, old, new: value }: ParameterChange, brush: Brush): string {
  const step = stepWords({ name, old, new: value }, brush);
  switch (kind) {
    case 'frozen':
      return `frozen at ${valueOr(name, value)}`;
    case 'unfrozen':
      return 'let be tuned again';
    case 'refused':
      return `${step}, refused by the backtest`;
    case 'set':
      return `${step}, set`;
    case 'undone':
      return `${step}, taken back`;
    case 'tuned':
      return step;
  }
}

/** What one run made of the parameters: a step each, or why it stays. */
export function tuningLines(tunings: readonly Tuning[], brush: Brush): string[] {
  return alike(tunings).flatMap((group) => {
    const [tuning] = group;
    if (group.length > 1)
      return [
        ...wrapWords([`${listed(group.map(nameAndValue))} stay`], brush.width - 2).map((line) => `  ${line}`),
        ...because(tuning.reason, brush),
      ];
    const { name, old, reason } = tuning;
    const label = parameterLabels[name];
    if (old !== undefined && tuning.new !== undefined) {
      return [
        `  ${brush.paint('active', `${label} ${stepWords({ name, old, new: tuning.new }, brush)}`)}`,
        ...because(reason, brush),
      ];
    }
    const refused = tuning.refused === undefined ? '' : `, not ${valueOr(name, tuning.refused)}`;
    return [
      `  ${label} stays${old === undefined ? '' : ` at ${parameterValue(name, old)}`}${refused}`,
      ...because(reason, brush),
    ];
  });
}

/** Those that stay for the same reason, together, where the first of them is. */
function alike(tunings: readonly Tuning[]): [Tuning, ...Tuning[]][] {
  const groups = new Map<string, [Tuning, ...Tuning[]]>();
  for (const tuning of tunings) {
    const stays = tuning.new === undefined && tuning.refused === undefined;
    const key = stays ? tuning.reason : `${tuning.name} moves`;
    const group = groups.get(key);
    if (group) group.push(tuning);
    else groups.set(key, [tuning]);
  }
  return [...groups.values()];
}

function nameAndValue({ name, old }: Tuning): string {
  return old === undefined
    ? parameterLabels[name]
    : `${parameterLabels[name]} (${parameterValue(name, old)})`;
}

function listed(names: readonly string[]): string {
  return `${names.slice(0, -1).join(', ')} and ${names.at(-1)}`;
}

export function stepWords(
  { name, old, new: value }: { name: ParameterName; old: StepValue | undefined; new: StepValue | undefined },
  { arrow }: Brush,
): string {
  return `${valueOr(name, old)} ${arrow} ${valueOr(name, value)}`;
}

export function valueOr(name: ParameterName, value: StepValue | undefined): string {
  return value === undefined || value === 'default' ? 'default' : parameterValue(name, value);
}

function because(reason: string, { width }: Brush): string[] {
  return wrapWords([`because ${printable(reason, 1000)}.`], width - 8).map((line) => `    ${line}`);
}

export function groupName(group: string | undefined): string {
  return group === undefined ? '(no group)' : printable(group, 40);
}
