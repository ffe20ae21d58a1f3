import type { PhaseName, RowKind } from '../sync/events.ts';
import type { PhaseSnapshot, PhaseState, RowCount, RunSnapshot } from '../sync/snapshot.ts';

/** One phase of a run on its timeline; `fromMs` and `toMs` are of the last time that it ran, undefined where it never did. */
export interface PhaseStretch {
  name: PhaseName;
  /** The phase in which a run was stopped says so. */
  state: PhaseState | 'stopped';
  fromMs: number | undefined;
  toMs: number | undefined;
  /** Over all times that it ran. */
  tookMs: number | undefined;
  /** It ran again, after the run had lost its joiner or its lead. */
  again: boolean;
  moved: RowCount | undefined;
}

const kinds: Partial<Record<PhaseName, RowKind>> = {
  cache: 'cache',
  hot: 'hot',
  snapshot: 'snapshot',
  delta: 'delta',
  verify: 'repair',
};

export function stretchesOf(run: RunSnapshot, startMs: number): PhaseStretch[] {
  return run.phases.map((phase) => stretchOf(phase, run, startMs));
}

function stretchOf(phase: PhaseSnapshot, run: RunSnapshot, startMs: number): PhaseStretch {
  const { name, startedAtMs, endedAtMs = run.atMs, earlierMs } = phase;
  const kind = kinds[name];
  const moved = kind && run.byKind[kind];
  const state: PhaseStretch['state'] =
    phase.state === 'running' && run.outcome === 'stopped' ? 'stopped' : phase.state;
  const told = { name, state, again: earlierMs !== undefined, moved: moved?.rows ? moved : undefined };
  if (startedAtMs === undefined) return { ...told, fromMs: undefined, toMs: undefined, tookMs: undefined };
  return {
    ...told,
    fromMs: Math.max(0, startedAtMs - startMs),
    toMs: Math.max(0, endedAtMs - startMs),
    tookMs: Math.max(0, endedAtMs - startedAtMs) + (earlierMs ?? 0),
  };
}
