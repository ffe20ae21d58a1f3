import type { AccessHistory } from '../history/access-history.ts';
import type { RunReport } from '../metrics/run-report.ts';
import type { StateFile } from '../state/open.ts';
import {
  changeParameter,
  listParameterChanges,
  type ParameterName,
  type Parameters,
  parameterNames,
  readParameters,
} from '../state/parameters.ts';
import { confidenceRule, type Evidence, halfLifeRule, horizonRule, noLog, type Verdict } from './rules.ts';

/** What one run made of one parameter: a step, or why it stays. */
export interface Tuning {
  name: ParameterName;
  /** The value that the run's plan used; undefined where it is not known. */
  old: number | undefined;
  /** Absent where the parameter stays. */
  new?: number;
  reason: string;
}

/**
 * Applies the rules to one run. A run is evidence on the values that its plan used and on no others, so a parameter
 * that stands elsewhere by now stays. At most one small step a parameter.
 */
export function decide(evidence: Evidence, current: Parameters): Tuning[] {
  const { figures, cameTrue } = evidence;
  if (!figures.plan)
    return parameterNames.map((name) => ({ name, old: undefined, reason: 'the run had no plan' }));
  const used: Parameters = { horizonMs: figures.plan.horizonMs, minConfidence: figures.plan.minConfidence };
  const halfLifeMs = cameTrue?.plan?.halfLifeMs;
  if (halfLifeMs !== undefined) used.halfLifeMs = halfLifeMs;
  const judge = (name: ParameterName, rule: (value: number) => Verdict): Tuning => {
    const old = used[name];
    if (old === undefined) {
      return { name, old, reason: cameTrue ? 'the plan does not say which value it used' : noLog };
    }
    const now = current[name];
    if (now !== undefined && Math.abs(now - old) > 1e-9 * Math.abs(now)) {
      return {
        name,
        old,
        reason: 'the plan used another value than the one that holds now, so its run says nothing about that',
      };
    }
    return { name, old, ...rule(old) };
  };
  const halfLife = judge('halfLifeMs', (value) => halfLifeRule(value, evidence));
  return [
    judge('minConfidence', (value) => confidenceRule(value, evidence, halfLife.new !== undefined)),
    judge('horizonMs', (value) => horizonRule(value, evidence)),
    halfLife,
  ];
}

/** What is known of the run that tunes. */
export type TunableRun = Pick<RunReport, 'id' | 'group' | 'table' | 'command' | 'startedMs' | 'outcome'>;

export interface TuningOptions {
  nowMs: number;
  /** Decides and tells, but keeps nothing. */
  dryRun: boolean;
  /** What steps are confirmed on; without it no step is adopted. */
  history: AccessHistory | undefined;
  signal?: AbortSignal | undefined;
}

/**
 * Decides for one run and keeps the steps, each with its reason; with `dryRun` it decides alone. May be repeated: a parameter that this run has moved
 * before stays where it is.
 */
export async function tuneByRun(
  state: StateFile,
  run: TunableRun,
  evidence: Evidence,
  { nowMs, dryRun }: TuningOptions,
): Promise<Tuning[]> {
  const group = run.group === '' ? undefined : run.group;
  return state.db
    .transaction(() => {
      const steps = listParameterChanges(state, { runId: run.id, limit: parameterNames.length });
      const before = new Set(steps.map(({ name }) => name));
      return decide(evidence, readParameters(state, group)).map((tuning): Tuning => {
        const { name, old, reason } = tuning;
        if (before.has(name)) return { name, old, reason: 'this run has moved it before' };
        if (old === undefined || tuning.new === undefined) return tuning;
        if (dryRun) return tuning;
        changeParameter(state, {
          group,
          name,
          old,
          new: tuning.new,
          reason,
          runId: run.id,
          changedMs: nowMs,
        });
        return tuning;
      });
    })
    .immediate();
}
