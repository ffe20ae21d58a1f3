import { statSync } from 'node:fs';
import { compressibility } from './compressibility.ts';
import { type AddReplicaRun, CopyPlace, type CopyPlan, type Route } from './copy-place.ts';
import { mostByRole, type ProcessUse } from './process-tree.ts';
import { Grouped, rounded, roundedSpread, type Spread, spreadOf } from './statistics.ts';
import type { Timed } from './timed.ts';

/** One way to copy, over all repetitions. `ratio` compares with `cat | ssh cat` of the same repetition. */
export interface Way {
  name: string;
  seconds: Spread;
  ratio: Spread;
  /** Of all processes, here and at the joiner; absent for a moment within a run. */
  cpuSeconds?: number;
}

export interface CopyFigures {
  rows: number;
  plannedKeys: number;
  fileBytes: number;
  /** Bytes of the file that become one byte with zstd level 1. */
  zstd1Ratio: number;
  repetitions: number;
  ways: Way[];
  /** Where the time of `add-replica` with a plan goes: medians, in seconds. */
  phases: Record<string, number>;
  wireBytes: number;
  /** Of `add-replica` with a plan: the most of all repetitions. */
  processes: Record<string, ProcessUse>;
}

export const wayNames = {
  cat: "cat | ssh 'cat >; sync'",
  compressedCat: "cat | ssh -C 'cat >; sync'",
  planned: 'add-replica, with a plan',
  hotReady: 'its hot rows there',
  plain: 'add-replica, no plan',
} as const;
type WayName = keyof typeof wayNames;

/**
 * Copies a table by all ways in turn, again and again, so that what else the machine does hits all of them alike.
 * `direct` is used once beforehand, so that the host has foresync's programs already; `route` is what is measured.
 */
export async function measureCopies(options: {
  plan: CopyPlan;
  repetitions: number;
  direct: Route;
  route: Route;
  ways: readonly WayName[];
}): Promise<CopyFigures> {
  const { plan, repetitions, direct, route, ways } = options;
  await warmUp(direct);
  const place = new CopyPlace(plan);
  try {
    const seconds = new Grouped();
    const cpuSeconds = new Grouped();
    const runs: AddReplicaRun[] = [];
    for (let i = 0; i < repetitions; i++) {
      for (const way of ways) {
        await place.settle();
        const result = await copyBy(way, place, route);
        seconds.add(way, result.ms / 1000);
        cpuSeconds.add(way, result.processes.cpuSeconds);
        if (way !== 'planned') continue;
        runs.push(result as AddReplicaRun);
        seconds.add('hotReady', hotReadyMs(result as AddReplicaRun) / 1000);
      }
    }
    return {
      rows: plan.rows,
      plannedKeys: plan.plannedKeys,
      fileBytes: statSync(place.source).size,
      zstd1Ratio: rounded(await compressibility(place.source), 2),
      repetitions,
      ways: waysOf(seconds, cpuSeconds),
      phases: medianPhases(runs),
      wireBytes: Object.values(runs[0]?.run.byKind ?? {}).reduce((sum, kind) => sum + kind.wireBytes, 0),
      processes: mostByRole(runs.map(({ processes }) => processes.byRole)),
    };
  } finally {
    place.remove();
  }
}

/** A run with a handful of rows, which leaves foresync's programs in the host's cache. */
async function warmUp(route: Route): Promise<void> {
  const place = new CopyPlace({ rows: 100, plannedKeys: 1, kind: 'integer' });
  try {
    await place.addReplica(route, { planned: true });
  } finally {
    place.remove();
  }
}

function copyBy(way: WayName, place: CopyPlace, route: Route): Promise<Timed> {
  if (way === 'cat') return place.sshCat(route);
  if (way === 'compressedCat') return place.sshCat(route, { compressed: true });
  return place.addReplica(route, { planned: way === 'planned' });
}

function hotReadyMs({ run, startedAtMs }: AddReplicaRun): number {
  if (run.hotReadyAtMs === undefined) throw new Error('The run tells of no hot-ready');
  return run.hotReadyAtMs - startedAtMs;
}

function waysOf(seconds: Grouped, cpuSeconds: Grouped): Way[] {
  const cat = seconds.of('cat');
  return [...seconds.names()].map((way) => ({
    name: wayNames[way as WayName],
    seconds: roundedSpread(spreadOf(seconds.of(way))),
    ratio: roundedSpread(spreadOf(seconds.of(way).map((value, i) => value / (cat[i] ?? Number.NaN)))),
    ...(way === 'hotReady' ? {} : { cpuSeconds: rounded(spreadOf(cpuSeconds.of(way)).median, 2) }),
  }));
}

/** The phases as the run tells them, and what lies before the first and after the last. */
function medianPhases(runs: readonly AddReplicaRun[]): Record<string, number> {
  const seconds = new Grouped();
  for (const { run, startedAtMs, endedAtMs } of runs) {
    seconds.add('starting', (run.startedAtMs - startedAtMs) / 1000);
    for (const { name, startedAtMs: from, endedAtMs: to } of run.phases) {
      if (from !== undefined && to !== undefined) seconds.add(name, (to - from) / 1000);
    }
    seconds.add('ending', (endedAtMs - run.atMs) / 1000);
  }
  return Object.fromEntries(
    [...seconds.names()].map((name) => [name, rounded(spreadOf(seconds.of(name)).median)]),
  );
}
