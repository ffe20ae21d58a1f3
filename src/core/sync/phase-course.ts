import type { PhaseSnapshot, PhaseState } from './snapshot.ts';

/** Takes a phase into a state, over all tries of one run: what it took in each of them adds up. */
export function movePhase(phase: PhaseSnapshot, state: PhaseState, atMs: number): void {
  if (state === 'running') {
    if (phase.state !== 'running') begin(phase, atMs);
    return;
  }
  // A try that need not do again what an earlier one of this run has done says that it skips it.
  if (state === 'skipped' && phase.startedAtMs !== undefined) {
    phase.state = 'done';
    return;
  }
  phase.state = state;
  phase.endedAtMs = atMs;
  if (state === 'done' && phase.share !== undefined) phase.share = 1;
}

function begin(phase: PhaseSnapshot, atMs: number): void {
  const { startedAtMs, endedAtMs = atMs, earlierMs = 0 } = phase;
  if (startedAtMs !== undefined) phase.earlierMs = earlierMs + endedAtMs - startedAtMs;
  phase.state = 'running';
  phase.startedAtMs = atMs;
  delete phase.endedAtMs;
}
