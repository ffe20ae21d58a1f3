import { Worker } from 'node:worker_threads';
import { encodeFrame } from '../transport/frames.ts';
import type { RequestType } from './protocol.ts';

/**
 * Requests that keep an agent's only thread in SQLite for as long as the table, or the file that it is in, is large. Of the rows that come, some end
 * what `BulkLoad` puts together.
 */
export const longRequests: ReadonlySet<RequestType> = new Set([
  'joiner.look',
  'joiner.open',
  'joiner.hot',
  'joiner.snapshot',
  'joiner.delta',
  'joiner.indexes',
  'joiner.publish',
  'joiner.discard',
  'joiner.release',
  'joiner.withdraw',
  'joiner.count',
  'donor.count',
  'verify.begin',
]);

/** What an agent says meanwhile, so that it is not taken for one that does not move. */
export const beatHeader = { beat: true } as const;

const everyMs = 500;
const [quiet, busy, writing] = [0, 1, 2];

/**
 * Of the process's main thread (proc_pid_schedstat(5)): how long it ran, how long it waited for a processor, how often it got one. All
 * three stand still while a system call does not return.
 */
const turnsFile = `/proc/self/task/${process.pid}/schedstat`;
/** Where the kernel keeps no such account. */
const noTurns = '0 0 0\n';

/**
 * Writes a beat to a file descriptor every half second while the calling thread is busy, from a thread of its own; that is started when it
 * is needed first. The descriptor must have nothing else in it half written then, and nobody else writes to it.
 *
 * The calling thread must be the main one. While that hangs in one system call, as on a disk that does not answer, no beat is written: whoever
 * runs now and then, be it only to wait for a lock or the next block, is busy. Where the system does not tell (it is no Linux), every
 * silence counts as busy.
 */
export class Heartbeat {
  readonly #descriptor: number;
  readonly #state = new Int32Array(new SharedArrayBuffer(4));
  #worker: Worker | undefined;

  constructor(descriptor: number) {
    this.#descriptor = descriptor;
  }

  during<T>(work: () => T): T {
    this.#worker ??= this.#start();
    Atomics.store(this.#state, 0, busy);
    Atomics.notify(this.#state, 0);
    try {
      return work();
    } finally {
      // A beat that is being written is written to its end.
      while (Atomics.compareExchange(this.#state, 0, busy, quiet) === writing)
        Atomics.wait(this.#state, 0, writing, everyMs);
    }
  }

  #start(): Worker {
    const workerData = {
      descriptor: this.#descriptor,
      state: this.#state,
      beat: encodeFrame(beatHeader),
      everyMs,
      turnsFile,
      noTurns,
    };
    const worker = new Worker(`(${beat.toString()})()`, { eval: true, workerData });
    // Without a beat a long silence is a stall, which the operator's side sees to.
    worker.on('error', () => undefined);
    worker.unref();
    return worker;
  }
}

/** Runs in the other thread, as text: it knows nothing but what it is given. */
function beat(): void {
  const { readFileSync, writeSync } = process.getBuiltinModule('node:fs');
  const { workerData } = process.getBuiltinModule('node:worker_threads');
  const { descriptor, state, beat: bytes, everyMs: pauseMs, turnsFile: file, noTurns: untold } = workerData;
  let turns: string | undefined;
  for (;;) {
    Atomics.wait(state, 0, 0);
    if (Atomics.wait(state, 0, 1, pauseMs) !== 'timed-out') continue;
    try {
      const now = readFileSync(file, 'latin1');
      if (now === turns && now !== untold) continue;
      turns = now;
    } catch {
      // The system does not tell.
    }
    if (Atomics.compareExchange(state, 0, 1, 2) !== 1) continue;
    try {
      for (let written = 0; written < bytes.length; ) {
        try {
          written += writeSync(descriptor, bytes, written);
        } catch (error) {
          // A full pipe: this beat is left out, unless a part of it is in already. A peer that is gone is the other thread's to see.
          if ((error as { code?: string }).code !== 'EAGAIN') return;
          if (written === 0) break;
          Atomics.wait(state, 0, 2, 10);
        }
      }
    } finally {
      Atomics.store(state, 0, 1);
      Atomics.notify(state, 0);
    }
  }
}
