import type { StoredRun } from '../state/runs.ts';
import { type CameTrue, storedCameTrue } from './came-true.ts';
import type { HitCount } from './replica-reads.ts';
import { figuresOf, type RunFigures } from './run-figures.ts';

/** One past run as `metrics` shows it, and as `--json` prints it. Shares are from 0 to 1; undefined is not known. */
export interface RunReport {
  id: string;
  command: StoredRun['command'];
  group: string;
  table: string;
  joiner: string | undefined;
  startedMs: number;
  endedMs: number | undefined;
  outcome: StoredRun['outcome'];
  /** The share of reads that the plan expected to serve. */
  expectedHitRate: number | undefined;
  /** The share of reads within the horizon that were of planned keys whose row had been sent. */
  planHitRate: number | undefined;
  /** The hit rate: the share of reads since the run's start that the joiner answered by itself, or could have. */
  replicaHitRate: number | undefined;
  /** Undefined where the run was kept by a foresync that told other things. */
  figures: RunFigures | undefined;
  /** Undefined before a log of the joiner was measured. */
  cameTrue: CameTrue | undefined;
}

export function reportOf(run: StoredRun): RunReport {
  const { id, command, group, table, joiner, startedMs, endedMs, outcome } = run;
  const figures = figuresOf(run);
  const cameTrue = storedCameTrue(run.metrics);
  return {
    id,
    command,
    group,
    table,
    joiner,
    startedMs,
    endedMs,
    outcome,
    expectedHitRate: figures?.plan?.expectedHitRate,
    planHitRate: cameTrue?.plan && rateOf(cameTrue.plan),
    replicaHitRate: cameTrue && rateOf(cameTrue.replica),
    figures,
    cameTrue,
  };
}

/** Hits among reads; undefined without reads, since there is no rate of nothing. */
export function rateOf({ reads, hits }: HitCount): number | undefined {
  return reads === 0 ? undefined : hits / reads;
}
