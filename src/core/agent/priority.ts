import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import os from 'node:os';

/** Of nice(1): a tenth of what an application of the host gets where both want the same processor, and all of one that is idle. */
const niceness = 10;
const autogroup = '/proc/self/autogroup';

/**
 * The host's own work comes first. Threads that are started later have it from the one that calls this, so it is to be called before
 * anything is compressed. A process that has less already stays as it is.
 *
 * Linux may share processors out by sessions first, and compare niceness within a session only (sched(7), "The autogroup feature"): a
 * session that is the process's own gives way as a whole.
 */
export function giveWay(): void {
  try {
    if (os.getPriority() >= niceness) return;
    os.setPriority(niceness);
    if (existsSync(autogroup) && leadsSession()) writeFileSync(autogroup, String(niceness));
  } catch {
    // A courtesy, which a sandbox may forbid, and Linux does where many processes of a login want it at the same time.
  }
}

/** The sixth field of proc_pid_stat(5); the second, the program's name, may hold anything. */
function leadsSession(): boolean {
  const stat = readFileSync('/proc/self/stat', 'utf8');
  const session = stat.slice(stat.lastIndexOf(')') + 2).split(' ')[3];
  return Number(session) === process.pid;
}
