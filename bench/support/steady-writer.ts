import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { statSync } from 'node:fs';
import { createInterface, type Interface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import Database from 'better-sqlite3';
import { seededRandom } from './random.ts';
import { shopTable } from './shop-file.ts';
import { rounded } from './statistics.ts';

/** What the application's transactions took. */
export interface WriterFigures {
  transactions: number;
  p50Ms: number;
  p99Ms: number;
  mostMs: number;
  /** The largest that the WAL was seen. */
  walBytes: number;
}

/** So many beforehand, which are not counted: the program is compiled then. */
const warmUps = 300;

/** An application at the donor: a process that changes a row in each of so many transactions a second, until it is ended. */
export class SteadyWriter {
  readonly #child: ChildProcessByStdio<Writable, Readable, null>;
  readonly #lines: AsyncIterator<string>;

  private constructor(child: ChildProcessByStdio<Writable, Readable, null>, lines: Interface) {
    this.#child = child;
    this.#lines = lines[Symbol.asyncIterator]();
  }

  /** Resolves when it has warmed up, and what it does is counted. */
  static async start(file: string, rows: number, perSecond: number): Promise<SteadyWriter> {
    const args = [fileURLToPath(import.meta.url), file, String(rows), String(perSecond)];
    const child = spawn(process.execPath, args, { stdio: ['pipe', 'pipe', 'inherit'] });
    const writer = new SteadyWriter(child, createInterface({ input: child.stdout }));
    await writer.#line();
    return writer;
  }

  async end(): Promise<WriterFigures> {
    this.#child.stdin.end();
    return JSON.parse(await this.#line()) as WriterFigures;
  }

  async #line(): Promise<string> {
    const { value, done } = await this.#lines.next();
    if (done) throw new Error('The writer at the donor ended before its time');
    return value;
  }
}

/**
 * Writes at a steady rate. A transaction that begins late because the one before took so long counts from when it was due:
 * who waits in an application's queue waits too. What a timer is late by itself does not count.
 */
async function write(file: string, rows: number, perSecond: number): Promise<void> {
  const db = new Database(file, { timeout: 60_000 });
  db.pragma('synchronous = NORMAL');
  db.pragma('wal_checkpoint(TRUNCATE)');
  const random = seededRandom(7);
  const change = db.prepare(`UPDATE ${shopTable} SET stock = stock + 1 WHERE id = ?`);
  let isOpen = true;
  process.stdin.on('end', () => {
    isOpen = false;
  });
  process.stdin.resume();
  const latencies: number[] = [];
  let walBytes = 0;
  let endedMs = 0;
  const periodMs = 1000 / perSecond;
  for (let n = 0, dueMs = performance.now(); isOpen; n++, dueMs += periodMs) {
    if (n === warmUps) process.stdout.write('counting\n');
    // A turn of the event loop at least, or the end of the input would never be seen.
    await new Promise((resume) => setTimeout(resume, Math.max(0, dueMs - performance.now())));
    const startedMs = endedMs > dueMs ? dueMs : performance.now();
    change.run(1 + Math.floor(random() * rows));
    endedMs = performance.now();
    if (n < warmUps) continue;
    latencies.push(endedMs - startedMs);
    walBytes = Math.max(walBytes, statSync(`${file}-wal`).size);
  }
  db.close();
  latencies.sort((a, b) => a - b);
  const at = (share: number) =>
    rounded(latencies[Math.min(latencies.length - 1, Math.floor(share * latencies.length))] ?? Number.NaN);
  const figures: WriterFigures = {
    transactions: latencies.length,
    p50Ms: at(0.5),
    p99Ms: at(0.99),
    mostMs: at(1),
    walBytes,
  };
  process.stdout.write(`${JSON.stringify(figures)}\n`);
}

if (import.meta.main) await write(process.argv[2] ?? '', Number(process.argv[3]), Number(process.argv[4]));
