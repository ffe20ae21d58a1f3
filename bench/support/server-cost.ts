import { readdirSync, readFileSync } from 'node:fs';

/** USER_HZ, which is 100 on every Linux that Node runs on. */
const ticksPerSecond = 100;

/** Fields of proc_pid_stat(5) behind the name, in which parentheses may be. */
const fields = { parent: 1, user: 11, system: 12, childrenUser: 13, childrenSystem: 14 } as const;

/** CPU seconds so far of servers, with all their processes that have ended or not, and of what this process has started besides and waited for. Not a number where there is no /proc. */
export function cpuSecondsSoFar(servers: readonly number[]): number {
  try {
    let ticks = sum(statOf('self'), ['childrenUser', 'childrenSystem']);
    for (const pid of servers)
      ticks += sum(statOf(pid), ['user', 'system', 'childrenUser', 'childrenSystem']);
    for (const name of readdirSync('/proc').filter((one) => /^\d+$/.test(one))) {
      const stat = statOf(name, { mayHaveEnded: true });
      if (stat && servers.includes(Number(stat[fields.parent]))) ticks += sum(stat, ['user', 'system']);
    }
    return ticks / ticksPerSecond;
  } catch {
    return Number.NaN;
  }
}

function statOf(pid: number | string): string[];
function statOf(pid: string, options: { mayHaveEnded: true }): string[] | undefined;
function statOf(pid: number | string, { mayHaveEnded = false } = {}): string[] | undefined {
  try {
    return /\) (.*)/s.exec(readFileSync(`/proc/${pid}/stat`, 'latin1'))?.[1]?.split(' ');
  } catch (error) {
    if (mayHaveEnded) return undefined;
    throw error;
  }
}

function sum(stat: readonly string[], names: readonly (keyof typeof fields)[]): number {
  return names.reduce((all, name) => all + Number(stat[fields[name]]), 0);
}
