import { type Liveness, type ProcessIdentity, processIdentity } from '../agent/process-identity.ts';
import { type ErrorKind, exitCodes } from '../errors.ts';
import type { JournaledRun } from '../state/run-progress.ts';
import { resumable } from './joining.ts';
import { joinerStoreOf, type RunRequest, storedRequest } from './run-request.ts';
import type { RunSnapshot } from './snapshot.ts';
import { storedSnapshot } from './stored-snapshot.ts';

/**
 * How a run stands: `running` where its process lives, `died` where it ended without a word; else as it was journalled.
 */
export type Standing = 'running' | 'died' | 'stopped' | 'failed' | 'done' | 'released' | 'aborted';

export interface RunStanding {
  id: string;
  command: JournaledRun['command'];
  group: string;
  table: string;
  joiner: string | undefined;
  standing: Standing;
  /** Undefined where it was not kept. */
  process: ProcessIdentity | undefined;
  startedMs: number;
  endedMs: number | undefined;
  /** When it last said how far it is. */
  lastSignMs: number;
  /** The later run for the same joiner in the same store, which has gone on with what this one left, or has begun anew after it was aborted. */
  continuedBy: string | undefined;
  /** It left something at the donors or the joiner that can be gone on with. */
  canResume: boolean;
  /** It lives, or has left something that can be taken away. */
  canAbort: boolean;
  /** It ended before anything had begun: for a reason that lies in what was asked for, or interrupted. */
  wasRefused: boolean;
  /** A prefetch whose Delta Log and caches wait for an add-replica. */
  isHeld: boolean;
  /** Undefined where it was not kept. */
  request: RunRequest | undefined;
  /** Undefined where another version of foresync told other things. */
  run: RunSnapshot | undefined;
}

/** A run that cannot be seen from here is taken for dead when it was silent for so long; alive it speaks every second. */
const silentMs = 60_000;

/** How runs stand at a moment; `journal` is newest first, and so is what comes back. */
export function standingsOf(
  journal: readonly JournaledRun[],
  { nowMs, livenessOf }: { nowMs: number; livenessOf(process: ProcessIdentity): Liveness },
): RunStanding[] {
  const newestEnds = new Map<string, string>();
  for (const { group, id, outcome } of journal)
    if ((outcome === 'done' || outcome === 'released') && !newestEnds.has(group)) newestEnds.set(group, id);
  const laterRuns = new Map<string, string>();
  /** Groups for which a later add-replica has come to its good end, which uses a prefetch up. */
  const usedUp = new Set<string>();
  return journal.map((entry) => {
    const { id, command, group, table, joiner, startedMs, endedMs } = entry;
    const run = storedSnapshot(entry.snapshot);
    const lastSignMs = run?.atMs ?? endedMs ?? startedMs;
    const process = processIdentity.safeParse(entry.process).data;
    const liveness = process && livenessOf(process);
    const lives = liveness === 'alive' || (liveness === 'elsewhere' && nowMs - lastSignMs < silentMs);
    const standing = entry.outcome !== 'running' ? entry.outcome : lives ? 'running' : 'died';
    const request = storedRequest(entry.request);
    const place = JSON.stringify([group, command, joiner, joinerStoreOf(request)]);
    const leaves = leavesSomething(entry, standing, run);
    const continuedBy = leaves || standing === 'aborted' ? laterRuns.get(place) : undefined;
    // A run that was refused has changed nothing of what an earlier one left.
    if (leaves || standing === 'running' || standing === 'done' || standing === 'aborted')
      laterRuns.set(place, laterRuns.get(place) ?? id);
    const left = leaves && continuedBy === undefined && !(command === 'prefetch' && usedUp.has(group));
    if (command === 'add-replica' && standing === 'done') usedUp.add(group);
    return {
      id,
      command,
      group,
      table,
      joiner,
      standing,
      process,
      startedMs,
      endedMs,
      lastSignMs,
      continuedBy,
      canResume: left && command === 'add-replica',
      canAbort: standing === 'running' || left,
      wasRefused:
        (standing === 'failed' || standing === 'stopped') && run !== undefined && wasRefused(entry, run),
      isHeld: command === 'prefetch' && standing === 'done' && newestEnds.get(group) === id,
      request,
      run,
    };
  });
}

function wasRefused({ failure }: JournaledRun, run: RunSnapshot): boolean {
  const capture = run.phases.find(({ name }) => name === 'capture');
  if (failure === 'interrupted') return capture?.startedAtMs === undefined;
  const isRefusal = failure !== undefined && failure in exitCodes && !resumable.has(failure as ErrorKind);
  return isRefusal && capture?.state !== 'done';
}

function leavesSomething(entry: JournaledRun, standing: Standing, run: RunSnapshot | undefined): boolean {
  if (standing === 'died') return true;
  // A prefetch that comes to its end takes away what it had begun.
  if (entry.command === 'prefetch' || (standing !== 'stopped' && standing !== 'failed')) return false;
  const begun = (phase: string) => run?.phases.find(({ name }) => name === phase)?.startedAtMs !== undefined;
  // Whatever kept it from being cleaned up.
  if (begun('cleanup')) return true;
  if (!begun('capture')) return false;
  const { failure = 'defect' } = entry;
  return !(failure in exitCodes) || resumable.has(failure as ErrorKind);
}
