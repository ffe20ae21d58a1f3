import { readFileSync } from 'node:fs';
import path from 'node:path';

/** What one kind of process needed at most; of several processes of a kind, the one that needed most. */
export interface ProcessUse {
  peakBytes: number;
  cpuSeconds: number;
}

export interface Watched {
  byRole: Record<string, ProcessUse>;
  /** Of all processes together, short of what each used after the last look. */
  cpuSeconds: number;
}

interface Seen extends ProcessUse {
  role: string;
}

const intervalMs = 100;
/** USER_HZ, which is 100 on every Linux that Node runs on. */
const ticksPerSecond = 100;

/**
 * Watches all descendants of this process until `stop`, every 100 ms. Peaks are exact but for the last moments, because the
 * kernel keeps the high-water mark (VmHWM) itself. Linux alone; elsewhere, or where a process may not be read, it sees nothing.
 */
export function watchProcesses(): { stop(): Watched } {
  const seen = new Map<string, Seen>();
  const look = () => visit(process.pid, [], seen);
  const timer = setInterval(look, intervalMs);
  return {
    stop: () => {
      look();
      clearInterval(timer);
      const all = [...seen.values()];
      return {
        byRole: mostByRole(all.map(({ role, ...use }) => ({ [role]: use }))),
        cpuSeconds: all.reduce((sum, { cpuSeconds }) => sum + cpuSeconds, 0),
      };
    },
  };
}

export function mostByRole(uses: readonly Record<string, ProcessUse>[]): Record<string, ProcessUse> {
  const most: Record<string, ProcessUse> = {};
  for (const [role, use] of uses.flatMap((byRole) => Object.entries(byRole))) {
    most[role] = {
      peakBytes: Math.max(most[role]?.peakBytes ?? 0, use.peakBytes),
      cpuSeconds: Math.max(most[role]?.cpuSeconds ?? 0, use.cpuSeconds),
    };
  }
  return most;
}

function visit(pid: number, above: readonly string[], seen: Map<string, Seen>): void {
  for (const child of childrenOf(pid)) {
    const role = roleOf(child, above);
    const use = needsOf(child);
    // A process that ended between two looks into /proc has nothing to tell any more.
    if (role === undefined || use === undefined) continue;
    seen.set(`${child} ${role}`, { role, ...use });
    visit(child, [...above, role], seen);
  }
}

function childrenOf(pid: number): number[] {
  return (read(`/proc/${pid}/task/${pid}/children`) ?? '').split(' ').filter(Boolean).map(Number);
}

/** What a process is to the measurement, by its command line and what it descends from. */
function roleOf(pid: number, above: readonly string[]): string | undefined {
  const args = read(`/proc/${pid}/cmdline`)?.split('\0');
  if (!args?.[0]) return undefined;
  const program = path.basename(args[0].split(' ')[0] ?? '').replace(/:$/, '');
  const remote = above.includes('sshd');
  if (program.startsWith('sshd')) return 'sshd';
  if (program === 'ssh') return 'ssh';
  if (args.some((arg) => /slow-link/.test(arg))) return 'slow link';
  if (args.some((arg) => /agent[^/]*\.cjs$/.test(arg))) return remote ? "joiner's agent" : "donor's agent";
  if (args.some((arg) => arg.endsWith('bin/run.js'))) return 'operator';
  return remote ? 'looking at the host' : program;
}

function needsOf(pid: number): ProcessUse | undefined {
  const peak = /^VmHWM:\s+(\d+) kB/m.exec(read(`/proc/${pid}/status`) ?? '');
  // proc_pid_stat(5): the name in parentheses may hold anything, so fields are counted from its end; utime is the 14th.
  const fields = /\) (.*)/s.exec(read(`/proc/${pid}/stat`) ?? '')?.[1]?.split(' ');
  if (!peak || !fields) return undefined;
  return {
    peakBytes: Number(peak[1]) * 1024,
    cpuSeconds: (Number(fields[11]) + Number(fields[12])) / ticksPerSecond,
  };
}

function read(file: string): string | undefined {
  try {
    return readFileSync(file, 'latin1');
  } catch {
    return undefined; // It has ended, belongs to somebody else, or there is no /proc here.
  }
}
