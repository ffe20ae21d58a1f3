import { readlinkSync } from 'node:fs';
import os from 'node:os';
import { z } from 'zod';
import { bootId } from '../agent/boot-id.ts';
import type { Clock, Wait } from '../clock.ts';
import { ForesyncError, systemCodeOf } from '../errors.ts';
import { printable } from '../text.ts';
import { processStart } from '../transport/process-start.ts';

/** Which process a run is, kept with it, so that any shell can tell whether it lives. */
export const runProcess = z.object({
  host: z.string(),
  /** Where its number means something: containers of one host count their own. */
  space: z.string().optional(),
  /** The boot that `start` counts from, where it does. */
  boot: z.string().optional(),
  pid: z.number().int().positive(),
  start: z.string().optional(),
});
export type RunProcess = z.infer<typeof runProcess>;

/** `elsewhere`: it cannot be seen from here. */
export type Liveness = 'alive' | 'gone' | 'elsewhere';

export function thisProcess(): RunProcess {
  const { pid } = process;
  return { host: os.hostname(), space: pidSpace(), boot: bootOfTicks(), pid, start: processStart(pid) };
}

export function livenessOf({ host, space, boot, pid, start }: RunProcess): Liveness {
  if (host !== os.hostname() || start === undefined) return 'elsewhere';
  if (boot !== bootOfTicks()) return 'gone';
  if (space !== pidSpace()) return 'elsewhere';
  return processStart(pid) === start ? 'alive' : 'gone';
}

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
  target: RunProcess,
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

function bootOfTicks(): string | undefined {
  return process.platform === 'linux' ? bootId() : undefined;
}

function pidSpace(): string | undefined {
  if (process.platform !== 'linux') return undefined;
  try {
    return readlinkSync('/proc/self/ns/pid');
  } catch {
    // A hardened kernel may hide it; then the host's name is all that tells places apart.
    return undefined;
  }
}
