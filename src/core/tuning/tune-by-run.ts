import { type Prices, usualPrices } from '../group/prices.ts';
import type { AccessHistory } from '../history/access-history.ts';
import type { RunReport } from '../metrics/run-report.ts';
import { unpackPlan } from '../plan/plan-text.ts';
import type { PlanHeader } from '../plan/prefetch-plan.ts';
import type { StateFile } from '../state/open.ts';
import { listParameterChanges, recordRunStep } from '../state/parameter-steps.ts';
import { type ParameterName, type Parameters, readStandings, usualParameters } from '../state/parameters.ts';
import { readRunRequest } from '../state/run-progress.ts';
import { readRunPlan } from '../state/runs.ts';
import type { Evidence } from './rules.ts';
import { beforeLastStep } from './step-back.ts';
import { suggest } from './suggest.ts';
import { Trials, type TrialsOptions } from './trials.ts';
import { type Tuning, type TuningProgress, trySteps } from './try-steps.ts';
import { type Bearing, bearingOf, usedParameters } from './used-parameters.ts';

/** What is known of the run that tunes. */
export type TunableRun = Pick<RunReport, 'id' | 'group' | 'table' | 'command' | 'startedMs' | 'outcome'>;

export interface TuningOptions
  extends Pick<TrialsOptions, 'logs' | 'layout' | 'wishes' | 'forecasts' | 'leadReplica'> {
  nowMs: number;
  /** Decides and tells, but keeps nothing. */
  dryRun: boolean;
  /** What steps are confirmed on; without it no step is adopted. */
  history: AccessHistory | undefined;
  /** Default: `usualPrices`. */
  prices?: Prices | undefined;
  /** How long confirming may take; a step that is not confirmed by then is not adopted. Default: a minute. */
  budgetMs?: number | undefined;
  signal?: AbortSignal | undefined;
  onProgress?: ((progress: TuningProgress) => void) | undefined;
}

const usualBudgetMs = 60_000;
/** Older steps are not taken back. */
const mostChanges = 10_000;
/** Those first that need no forecast of their own. */
const order = [
  ...(['minConfidence', 'budgetKeys', 'budgetBytes', 'prefetchTimeoutMs', 'order'] as const),
  ...(['horizonMs', 'halfLifeMs', 'decayWeight'] as const),
] satisfies ParameterName[];

/**
 * Decides for one run and keeps the steps, adopted or refused, each with its reason; with `dryRun` it decides alone. At most one bounded step a parameter, one
 * after the other, each tried beside those that were adopted before it. May be repeated: a parameter that this run has moved before stays
 * where it is. Rejects with the signal's reason where that trips, and nothing is kept.
 */
export async function tuneByRun(
  state: StateFile,
  run: TunableRun,
  evidence: Evidence,
  options: TuningOptions,
): Promise<Tuning[]> {
  const group = run.group === '' ? undefined : run.group;
  const packed = readRunPlan(state, run.id);
  const header = packed && unpackPlan(packed).header;
  const none = noEvidence(run, evidence, header);
  if (none !== undefined) return order.map((name) => ({ name, old: undefined, reason: none }));
  const used = usedParameters(evidence, { header, request: readRunRequest(state, run.id) });
  const standings = readStandings(state, group);
  const changes = listParameterChanges(state, { group: group ?? '', limit: mostChanges });
  const moved = changes.filter(({ kind, runId }) => kind === 'tuned' && runId === run.id);
  const current: Parameters = Object.fromEntries(standings.map(({ name, value }) => [name, value]));
  const bearings = new Map(
    standings.map((standing): [ParameterName, Bearing] => {
      const before = moved.some(({ name }) => name === standing.name);
      const bearing = bearingOf(standing, used, run.startedMs);
      return [standing.name, before ? { used: bearing.used, why: 'this run has moved it before' } : bearing];
    }),
  );
  // What a plan chooses by itself is chosen anew on each window.
  const base = { ...used, halfLifeMs: current.halfLifeMs, decayWeight: current.decayWeight } as Parameters;
  const suggestions = order.map((name) =>
    suggest(name, bearings.get(name) as Bearing, {
      ...{ evidence, isTuned: current[name] !== undefined, before: beforeLastStep(changes, name) },
    }),
  );
  const { history, prices = usualPrices, budgetMs = usualBudgetMs, signal, onProgress } = options;
  const { prefetchTimeoutMs = usualParameters.prefetchTimeoutMs } = base;
  const loggedUntilMs = evidence.cameTrue?.log.lastMs;
  const tunings = await trySteps(suggestions, {
    open: (signal) =>
      Trials.of(
        history,
        { figures: evidence.figures, header: header as PlanHeader },
        { ...options, prices, loggedUntilMs, prefetchTimeoutMs, signal },
      ),
    ...{ base, budgetMs, signal: signal ?? new AbortController().signal, onProgress },
  });
  return options.dryRun ? tunings : kept(state, tunings, { run, group, nowMs: options.nowMs });
}

/** Why nothing at all can be learned of a run. */
function noEvidence(
  run: TunableRun,
  { figures }: Evidence,
  header: PlanHeader | undefined,
): string | undefined {
  if (run.command === 'prefetch') return 'a prefetch serves no reads by itself';
  if (run.outcome === 'aborted' || run.outcome === 'failed' || run.outcome === 'stopped')
    return `the run ${run.outcome === 'aborted' ? 'was aborted' : run.outcome}, so nothing came true of its plan`;
  if (!figures.plan || !header) return 'the run had no plan';
  if (header.group !== undefined && header.group !== run.group) return 'the plan was made for another group';
  if (header.table !== undefined && header.table !== run.table) return 'the plan was made for another table';
  return undefined;
}

/** Keeps what was decided; where another process has moved a parameter meanwhile, that stays. */
function kept(
  state: StateFile,
  tunings: readonly Tuning[],
  { run, group, nowMs }: { run: TunableRun; group: string | undefined; nowMs: number },
): Tuning[] {
  return tunings.map((tuning) => {
    const { name, old, reason } = tuning;
    const wanted = tuning.new ?? tuning.refused;
    const value = wanted === 'default' ? undefined : wanted;
    if (old === undefined || wanted === undefined) return tuning;
    const kind = tuning.new === undefined ? 'refused' : 'tuned';
    const step = {
      group,
      name,
      kind,
      old,
      new: value,
      reason,
      runId: run.id,
      startedMs: run.startedMs,
    } as const;
    if (recordRunStep(state, { ...step, changedMs: nowMs })) return tuning;
    return { name, old, reason: 'it was moved meanwhile' };
  });
}
