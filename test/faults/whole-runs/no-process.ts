import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';

/** No process of a case runs. Agents end by themselves once their input has; for that they have some seconds. */
export async function assertNoProcess(folder: string): Promise<void> {
  const wanted = `FORESYNC_FAULT_CASE=${folder}\0`;
  let found: string[] = [];
  for (let look = 0; look < 300; look++) {
    found = readdirSync('/proc').filter((pid) => /^\d+$/.test(pid) && environmentOf(pid).includes(wanted));
    if (found.length === 0) return;
    await new Promise((resume) => setTimeout(resume, 50));
  }
  const commands = found.map((pid) => readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' '));
  assert.fail(`processes left: ${commands.join('; ')}`);
}

/** Nothing that its agents took in is left in shared memory. */
export function assertNoInbox(folder: string): void {
  const pids = new Set(agentsOf(folder).map(({ pid }) => String(pid)));
  const inboxes = readdirSync('/dev/shm').filter((name) =>
    pids.has(/^foresync-inbox-(\d+)-/.exec(name)?.[1] ?? ''),
  );
  assert.deepEqual(inboxes, [], 'inboxes left');
}

/** Agents that were started, in their order. */
export function agentsOf(folder: string): { who: string; pid: number }[] {
  let lines: string;
  try {
    lines = readFileSync(path.join(folder, 'agents'), 'utf8').trim();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    return [];
  }
  return lines.split('\n').map((line) => {
    const [who = '', pid] = line.split(' ');
    return { who, pid: Number(pid) };
  });
}

/** A process that has ended by itself is no error. */
export function signalTo(pid: number | undefined, signal: NodeJS.Signals): void {
  if (pid === undefined) return;
  try {
    process.kill(pid, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

function environmentOf(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/environ`, 'latin1');
  } catch {
    // Ended between being listed and being looked at.
    return '';
  }
}
