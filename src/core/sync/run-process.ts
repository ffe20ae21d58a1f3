import { livenessOf, type ProcessIdentity } from '../agent/process-identity.ts';
import type { Clock, Wait } from '../clock.ts';
import { ForesyncError, systemCodeOf } from '../errors.ts';
import { printable } from '../text.ts';

const pollMs = 100;
/** A run that is asked to stop finishes what its agents are doing; they are given ten seconds for it. */
const stopMs = 20_000;
const killMs = 5_000;

/**
 * Ends a run's process: asks it to stop, and kills it where it has not after 20 seconds. Resolves when it is gone, with what it
 * took. Never touches another process that got its number. Rejects with `run-elsewhere` where the process cannot be seen from
 * here, and with `run-unstoppable` where it may not be ended or does not end.
 */
export async function endProcess(
  target: ProcessIdentity,
  { clock, wait, signal }: { clock: Clock; wait: Wait; signal: AbortSignal },
): Promise<'gone' | 'stopped' | 'killed'> {
  const where = `${printable(target.host)} (process ${target.pid})`;
  const liveness = livenessOf(target);
  if (liveness === 'elsewhere')
    throw new ForesyncError('exists', 'run-elsewhere', `The run lives at ${where}.`, {
      hint: 'Stop it there, or run this command there.',
    });
  if (liveness === 'gone') return 'gone';
  const steps = [
    { name: 'SIGTERM', withinMs: stopMs, took: 'stopped' },
    { name: 'SIGKILL', withinMs: killMs, took: 'killed' },
  ] as const;
  for (const { name, withinMs, took } of steps) {
    send(target.pid, name);
    for (const untilMs = clock.nowMs() + withinMs; clock.nowMs() < untilMs; ) {
      if (livenessOf(target) === 'gone') return took;
      await wait(pollMs, signal);
      signal.throwIfAborted();
    }
    if (livenessOf(target) === 'gone') return took;
  }
  throw new ForesyncError('exists', 'run-unstoppable', `The run at ${where} does not end.`, {
    hint: 'It may wait for a disk that does not answer; try again later.',
  });
}

function send(pid: number, name: 'SIGTERM' | 'SIGKILL'): void {
  try {
    process.kill(pid, name);
  } catch (error) {
    const code = systemCodeOf(error);
    if (code === 'ESRCH') return;
    throw new ForesyncError('permission', 'run-unstoppable', `Process ${pid} may not be ended from here.`, {
      hint: 'Run this command as the user who started the run.',
      cause: error,
    });
  }
}
