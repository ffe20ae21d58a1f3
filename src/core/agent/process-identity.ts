import { readlinkSync } from 'node:fs';
import os from 'node:os';
import { z } from 'zod';
import { processStart } from '../transport/process-start.ts';
import { bootId } from './boot-id.ts';

/** Which process something belongs to, kept with it, so that whoever reads it can tell whether that process lives. */
export const processIdentity = z.object({
  host: z.string(),
  /** Where its number means something: containers of one host count their own. */
  space: z.string().optional(),
  /** The boot that `start` counts from, where it does. */
  boot: z.string().optional(),
  pid: z.number().int().positive(),
  start: z.string().optional(),
});
export type ProcessIdentity = z.infer<typeof processIdentity>;

/** `elsewhere`: it cannot be seen from here. */
export type Liveness = 'alive' | 'gone' | 'elsewhere';

export function thisProcess(): ProcessIdentity {
  const { pid } = process;
  return { host: os.hostname(), space: pidSpace(), boot: bootOfTicks(), pid, start: processStart(pid) };
}

export function isThisProcess(identity: ProcessIdentity): boolean {
  const own = thisProcess();
  return Object.keys(own).every(
    (part) => own[part as keyof typeof own] === identity[part as keyof typeof own],
  );
}

export function livenessOf({ host, space, boot, pid, start }: ProcessIdentity): Liveness {
  if (host !== os.hostname() || start === undefined) return 'elsewhere';
  if (boot !== bootOfTicks()) return 'gone';
  if (space !== pidSpace()) return 'elsewhere';
  return processStart(pid) === start ? 'alive' : 'gone';
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
