import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { systemCodeOf } from '../errors.ts';

/**
 * When a process of this machine was started, so that a later one with its number is not taken for it: on Linux the tick
 * since the boot, elsewhere the second as `ps` tells it. Undefined where there is no such process, where it has ended
 * and only waits for its parent, and where the system cannot tell.
 */
export function processStart(pid: number): string | undefined {
  return existsSync('/proc/self/stat') ? startFromProc(pid) : startFromPs(pid);
}

function startFromProc(pid: number): string | undefined {
  let stat: string;
  try {
    stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  } catch (error) {
    if (['ENOENT', 'ESRCH'].includes(systemCodeOf(error) ?? '')) return undefined;
    throw error;
  }
  // The program's name comes first, in parentheses, and may hold anything.
  const [state = '', ...fields] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const ticks = fields[18];
  return /^[ZXx]/.test(state) ? undefined : ticks;
}

/** POSIX's `ps` has no such column; those of macOS, the BSDs and Linux have `lstart`. */
export function startFromPs(pid: number): string | undefined {
  const { status, stdout } = spawnSync('ps', ['-o', 'state=,lstart=', '-p', String(pid)], {
    encoding: 'utf8',
    env: { ...process.env, LC_ALL: 'C', TZ: 'UTC' },
  });
  const found = status === 0 ? /^\s*(\S+)\s+(\S.*?)\s*$/.exec(stdout) : null;
  return found?.[2] === undefined || found[1]?.startsWith('Z') ? undefined : found[2];
}
