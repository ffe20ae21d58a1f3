import { closeSync, fdatasyncSync, openSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { getSystemErrorName } from 'node:util';
import { Worker } from 'node:worker_threads';

/** How far the other thread is; `taken` where it had not begun when it was needed. */
const state = { waiting: 0, begun: 1, forced: 2, failed: 3, taken: 4 } as const;

/**
 * Has what a file holds forced to disk, on a thread of its own, while `work` looks at the file, and returns when both are over. Throws what
 * `work` throws, or else the error of the disk: the system tells of it once only. May be repeated.
 */
export function whileForced<T>(file: string, work: () => T): T {
  const shared = new Int32Array(new SharedArrayBuffer(8));
  const worker = new Worker(`(${force.toString()})()`, { eval: true, workerData: { file, shared, state } });
  // A thread that cannot be had leaves the work to this one.
  worker.on('error', () => undefined);
  worker.unref();
  const result = work();
  if (Atomics.compareExchange(shared, 0, state.waiting, state.taken) === state.waiting) forceHere(file);
  else Atomics.wait(shared, 0, state.begun);
  if (Atomics.load(shared, 0) === state.failed) throw diskError(file, Atomics.load(shared, 1));
  return result;
}

/** Has what a file holds forced to disk while the event loop goes on. */
export async function forceFile(file: string): Promise<void> {
  const handle = await open(file, 'r');
  try {
    await handle.datasync();
  } finally {
    await handle.close();
  }
}

function forceHere(file: string): void {
  const descriptor = openSync(file, 'r');
  try {
    fdatasyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}

function diskError(file: string, errno: number): Error {
  const code = errno < 0 ? getSystemErrorName(errno) : 'EIO';
  return Object.assign(new Error(`${code}: ${file} cannot be forced to disk`), { code, errno });
}

/** Runs in the other thread, as text: it knows nothing but what it is given. */
function force(): void {
  const fs = process.getBuiltinModule('node:fs');
  const { file, shared, state: at } = process.getBuiltinModule('node:worker_threads').workerData;
  if (Atomics.compareExchange(shared, 0, at.waiting, at.begun) !== at.waiting) return;
  let end: number = at.failed;
  try {
    const descriptor = fs.openSync(file, 'r');
    try {
      fs.fdatasyncSync(descriptor);
      end = at.forced;
    } finally {
      fs.closeSync(descriptor);
    }
  } catch (error) {
    Atomics.store(shared, 1, (error as { errno?: number }).errno ?? 0);
  } finally {
    Atomics.store(shared, 0, end);
    Atomics.notify(shared, 0);
  }
}
