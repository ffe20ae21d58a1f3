import { readFileSync } from 'node:fs';

/**
 * Whether keys may be read from the terminal: a job in the background that tries is stopped by the system. Where the system does not tell, as
 * on others than Linux, the job counts as one in the foreground.
 */
export function isForeground(stat = ownStat()): boolean {
  // The program's name, in brackets, may hold anything; the fields after it are state, parent, group, session, terminal and its group.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const [group, terminalsGroup] = [fields[2], fields[5]];
  return terminalsGroup === undefined || terminalsGroup === group;
}

function ownStat(): string {
  try {
    return readFileSync('/proc/self/stat', 'utf8');
  } catch {
    return '';
  }
}
