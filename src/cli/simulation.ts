import { existsSync } from 'node:fs';
import { assignLogs } from '../core/access-log/assign-logs.ts';
import type { LocatedLog } from '../core/access-log/find-logs.ts';
import type { LayoutChoice } from '../core/access-log/layout.ts';
import { openLogFile } from '../core/access-log/log-file.ts';
import { ForesyncError } from '../core/errors.ts';
import type { OnForecastProgress } from '../core/forecast/progress.ts';
import type { ReplicaGroup } from '../core/group/config.ts';
import { isTableLog } from '../core/group/table-log.ts';
import { ingestLogs } from '../core/history/ingest.ts';
import { openHistory } from '../core/history/open-history.ts';
import type { PlanFile } from '../core/plan/read-plan.ts';
import { changedAsLogged, changedAtRate } from '../core/simulate/changed-keys.ts';
import { gather } from '../core/simulate/gather.ts';
import type { HotBudget, OrderName } from '../core/simulate/hot-list.ts';
import { measuredCosts } from '../core/simulate/join-costs.ts';
import type { JoinModel } from '../core/simulate/join-model.ts';
import type { ReplayableLog } from '../core/simulate/logged-reads.ts';
import { isNone, simulate } from '../core/simulate/simulate.ts';
import type { SimulationReport } from '../core/simulate/simulation-report.ts';
import { tableFigures } from '../core/simulate/table-figures.ts';
import { replayWindow } from '../core/simulate/window.ts';
import { copyState } from '../core/state/copy-state.ts';
import { openState, type StateFile } from '../core/state/open.ts';
import { type Parameters, readParameters, usualParameters } from '../core/state/parameters.ts';
import { printable } from '../core/text.ts';
import { usageError } from './base-command.ts';
import { type SaidCosts, withSaidCosts } from './simulated-join-flags.ts';
import { type PlanSources, plansByForecast, plansOfFile } from './simulated-plans.ts';

/** What the flags of `simulate` say. */
export interface SimulationWishes extends SaidCosts {
  /** Undefined where the history itself is replayed. */
  logs: string[] | undefined;
  replica: string | undefined;
  layout: LayoutChoice;
  planFile: { file: string; plan: PlanFile } | undefined;
  at: number | undefined;
  horizon: number | undefined;
  orders: readonly OrderName[];
  minConfidences: number[] | undefined;
  budgets: readonly HotBudget[];
  rows: number | undefined;
  'row-bytes': number | undefined;
  compression: number | undefined;
  link: number | undefined;
  bwlimit: number | undefined;
  rtt: number | undefined;
  donors: number;
  'write-rate': number | undefined;
  'sample-share': number;
  'time-scale': number;
  'max-keys': number;
  state: string;
}

/** Simulates joins of a table by the accesses of a history, or of logs, which are then read into a copy of it. Changes nothing. */
export async function simulationOf(
  group: ReplicaGroup | undefined,
  wishes: SimulationWishes,
  signal: AbortSignal,
  onProgress: OnForecastProgress,
): Promise<SimulationReport> {
  const { logs: names, layout, replica, planFile } = wishes;
  const logs = names && (await assignLogs(names, group, replica, { signal }));
  const state = logs ? await copyState(wishes.state) : openExisting(wishes.state);
  try {
    const replayable = (logs ?? []).map(toReplay);
    if (logs) await ingestLogs(state, logs, { ...layout, signal });
    return await replayed(state, group, wishes, { logs: replayable, planFile, signal, onProgress });
  } finally {
    await state.close();
  }
}

async function replayed(
  state: StateFile,
  group: ReplicaGroup | undefined,
  wishes: SimulationWishes,
  {
    logs,
    planFile,
    signal,
    onProgress,
  }: {
    logs: readonly ReplayableLog[];
    planFile: SimulationWishes['planFile'];
    signal: AbortSignal;
    onProgress: OnForecastProgress;
  },
): Promise<SimulationReport> {
  const tuned = readParameters(state, group?.name);
  const header = planFile?.plan.header;
  const history = openHistory(state);
  const horizonMs = wishes.horizon ?? header?.horizonMs ?? tuned.horizonMs ?? usualParameters.horizonMs;
  const atMs = wishes.at ?? (header && Date.parse(header.origin));
  const { originMs, untilMs } = replayWindow(history.summary(), { atMs, horizonMs });
  const timeScale = wishes['time-scale'];
  const windowMs = (untilMs - originMs) / timeScale;
  const { layout, orders } = wishes;
  const budgets = wishes.budgets.map((budget) => (isNone(budget) ? tunedBudget(tuned) : budget));
  const maxKeys = wishes['max-keys'];
  const gathered = await gather(history, { originMs, untilMs, timeScale, maxKeys, logs, layout, signal });
  const { keys, reads, sample } = gathered;
  const share = sample.share * wishes['sample-share'];
  const said = { rows: wishes.rows, rowBytes: wishes['row-bytes'], compression: wishes.compression };
  const table = tableFigures(said, {
    state,
    group: group && { name: group.name, table: group.table },
    keys,
    share,
  });
  const [rows, rowBytes] = [table.rows.value, table.rowBytes.value];
  const writesPerSecond = wishes['write-rate'];
  const model: JoinModel = {
    rows,
    rowBytes,
    compression: table.compression.value,
    plannedToScanned: table.plannedToScanned.value,
    linkBytesPerSecond: wishes.link ?? Number.POSITIVE_INFINITY,
    limitBytesPerSecond: wishes.bwlimit ?? Number.POSITIVE_INFINITY,
    rttMs: wishes.rtt ?? 0,
    donors: wishes.donors,
    costs: withSaidCosts(measuredCosts(rowBytes), wishes),
    changedWithin:
      writesPerSecond === undefined
        ? changedAsLogged(gathered.firstWriteMs, { windowMs, share, rows })
        : changedAtRate(writesPerSecond, rows),
  };
  const usual = header?.minConfidence ?? tuned.minConfidence ?? usualParameters.minConfidence;
  const minConfidences = wishes.minConfidences ?? [usual];
  const sources: PlanSources = { keys, sample, model, share, timeScale };
  const plans = !orders.includes('foresync')
    ? undefined
    : planFile
      ? await plansOfFile(planFile.plan, sources)
      : await plansByForecast(history, sources, group, {
          originMs,
          horizonMs,
          ...{ halfLifeMs: tuned.halfLifeMs, decayWeight: tuned.decayWeight, order: tuned.order },
          minConfidence: Math.min(...minConfidences),
          signal,
          onProgress,
        });
  const plannedBy = plans?.plannedBy ?? (async () => new Uint32Array());
  const {
    joins,
    lookedAtMs,
    reads: counted,
  } = await simulate(
    { keys, reads, model, share, originMs },
    { orders, budgets, minConfidences, plannedBy },
    { windowMs, signal },
  );
  return {
    originMs,
    horizonMs,
    timeScale,
    windowMs,
    lookedAtMs,
    reads: counted,
    replayed: logs.length > 0 ? 'logs' : 'history',
    model: {
      table,
      linkBytesPerSecond: wishes.link,
      limitBytesPerSecond: wishes.bwlimit,
      rttMs: model.rttMs,
      donors: model.donors,
      writesPerSecond,
      costs: model.costs,
    },
    sample: { keys: keys.length, share },
    plan: plans && {
      from: planFile ? 'file' : 'forecast',
      file: planFile?.file,
      unknownShare: plans.unknownShare,
    },
    joins,
  };
}

/** A plan that no flag gives a budget has that which was tuned or set. */
function tunedBudget({ budgetKeys, budgetBytes }: Parameters): HotBudget {
  return { keys: budgetKeys, bytes: budgetBytes };
}

/** A log is read twice: into the history, and again for the times of its reads. */
function toReplay({ path, open }: LocatedLog): ReplayableLog {
  if (path === '-' || isTableLog(path))
    throw usageError(
      `${path === '-' ? 'Standard input' : printable(path)} cannot be replayed: it is read twice.`,
      "Name files, or read it with 'foresync analyze' and leave out --log.",
    );
  return { name: path, open: async () => open?.() ?? openLogFile(path) };
}

/** To look at what is not there must not leave an empty state file behind. */
function openExisting(file: string): StateFile & { close(): void | Promise<void> } {
  if (existsSync(file)) return openState(file);
  throw new ForesyncError('data', 'history-missing', `There is no state file ${printable(file)}.`, {
    hint: "Read access logs into it first with 'foresync analyze LOG... --state FILE', or name them with --log.",
  });
}
