import { statSync } from 'node:fs';
import { type AddReplicaRun, CopyPlace, type CopyPlan, type Route } from './copy-place.ts';
import { compressibility } from './compressibility.ts';
import type { ProcessUse } from './process-tree.ts';
import { rounded, type Spread, spreadOf } from './statistics.ts';
import type { Timed } from './timed.ts';

/** One way to copy, over all repetitions. `ratio` compares with `cat | ssh cat` of the same repetition. */
export interface Way {
  name: string;
  seconds: Spread;
  ratio: Spread;
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
  cat: "cat | ssh 'cat >'",
  compressedCat: "cat | ssh -C 'cat >'",
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
    const seconds = new Map<WayName, number[]>();
    const note = (way: WayName, ms: number) => seconds.set(way, [...(seconds.get(way) ?? []), ms / 1000]);
    const runs: AddReplicaRun[] = [];
    for (let i = 0; i < repetitions; i++) {
      for (const way of ways) {
        await place.settle();
        const result = await copyBy(way, place, route);
        note(way, result.ms);
        if (way !== 'planned') continue;
        runs.push(result as AddReplicaRun);
        note('hotReady', hotReadyMs(result as AddReplicaRun));
      }
    }
    return {
      rows: plan.rows,
      plannedKeys: plan.plannedKeys,
      fileBytes: statSync(place.source).size,
      zstd1Ratio: rounded(await compressibility(place.source), 2),
      repetitions,
      ways: waysOf(seconds),
      phases: medianPhases(runs),
      wireBytes: Object.values(runs[0]?.run.byKind ?? {}).reduce((sum, kind) => sum + kind.wireBytes, 0),
      processes: mostOf(runs),
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

function waysOf(seconds: ReadonlyMap<WayName, readonly number[]>): Way[] {
  const cat = seconds.get('cat') ?? [];
  return [...seconds].map(([way, values]) => ({
    name: wayNames[way],
    seconds: roundedSpread(spreadOf(values)),
    ratio: roundedSpread(spreadOf(values.map((value, i) => value / (cat[i] ?? Number.NaN)))),
  }));
}

/** The phases as the run tells them, and what lies before the first and after the last. */
function medianPhases(runs: readonly AddReplicaRun[]): Record<string, number> {
  const byPhase = new Map<string, number[]>();
  for (const { run, startedAtMs, endedAtMs } of runs) {
    const steps: [string, number][] = [['starting', run.startedAtMs - startedAtMs]];
    for (const { name, startedAtMs: from, endedAtMs: to } of run.phases) {
      if (from !== undefined && to !== undefined) steps.push([name, to - from]);
    }
    steps.push(['ending', endedAtMs - run.atMs]);
    for (const [name, ms] of steps) byPhase.set(name, [...(byPhase.get(name) ?? []), ms / 1000]);
  }
  return Object.fromEntries([...byPhase].map(([name, values]) => [name, rounded(spreadOf(values).median)]));
}

function mostOf(runs: readonly AddReplicaRun[]): Record<string, ProcessUse> {
  const most: Record<string, ProcessUse> = {};
  for (const { processes } of runs) {
    for (const [role, use] of Object.entries(processes)) {
      most[role] = {
        peakBytes: Math.max(most[role]?.peakBytes ?? 0, use.peakBytes),
        cpuSeconds: Math.max(most[role]?.cpuSeconds ?? 0, use.cpuSeconds),
      };
    }
  }
  return most;
}

function roundedSpread({ median, least, most }: Spread): Spread {
  return { median: rounded(median), least: rounded(least), most: rounded(most) };
}
