import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { Agent, get } from 'node:http';
import { createInterface } from 'node:readline';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { rounded } from '../support/statistics.ts';

/** What a read came to: the joiner had the row, it was fetched, the joiner could not answer, or nobody listened yet. */
export type ReadOutcome = 'hit' | 'fetched' | 'unavailable' | 'refused';

/** In milliseconds from the run's start. */
export interface TimedRead {
  dueMs: number;
  row: number;
}

export interface AnsweredRead {
  /** Which of the reads it was. */
  at: number;
  outcome: ReadOutcome;
  tookMs: number;
}

/** Readers in a process of their own, each read at its time whether answers come or not. */
export class TraceReaders {
  readonly #child: ChildProcess;
  readonly #lines: AsyncIterator<string>;

  private constructor(child: ChildProcess, lines: AsyncIterator<string>) {
    this.#child = child;
    this.#lines = lines;
  }

  /** Resolves when they are ready to start. `file` is written for them. */
  static async ready(file: string, reads: readonly TimedRead[], port: number): Promise<TraceReaders> {
    writeFileSync(file, JSON.stringify(reads));
    const child = spawn(process.execPath, [fileURLToPath(import.meta.url), file, String(port)], {
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
    const { value } = await lines.next();
    if (value !== 'ready') throw new Error('The readers ended before they were ready');
    return new TraceReaders(child, lines);
  }

  /** The run starts now. */
  start(): void {
    this.#child.stdin?.write('start\n');
  }

  /** No further read is begun; gives those that were. */
  async end(): Promise<AnsweredRead[]> {
    this.#child.stdin?.end();
    const { value } = await this.#lines.next();
    return JSON.parse(value as string) as AnsweredRead[];
  }

  async kill(): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    this.#child.kill();
    await once(this.#child, 'exit');
  }
}

async function read(file: string, port: number): Promise<AnsweredRead[]> {
  const reads = JSON.parse(readFileSync(file, 'utf8')) as TimedRead[];
  const connections = new Agent({ keepAlive: true, maxSockets: 64 });
  const answered: AnsweredRead[] = [];
  const ended = new AbortController();
  process.stdout.write('ready\n');
  await once(process.stdin, 'data');
  process.stdin.resume().on('end', () => ended.abort());
  const startedMs = performance.now();
  const underWay = new Set<Promise<void>>();
  for (const [at, { dueMs, row }] of reads.entries()) {
    const waitMs = startedMs + dueMs - performance.now();
    if (waitMs > 0) await pause(waitMs, undefined, { signal: ended.signal }).catch(() => undefined);
    if (ended.signal.aborted) break;
    const one = outcomeOf(row, port, connections)
      .then((outcome) => {
        answered.push({ at, outcome, tookMs: rounded(performance.now() - startedMs - dueMs) });
      })
      .finally(() => underWay.delete(one));
    underWay.add(one);
  }
  if (!ended.signal.aborted) await once(ended.signal, 'abort');
  await Promise.all(underWay);
  connections.destroy();
  return answered;
}

function outcomeOf(row: number, port: number, agent: Agent): Promise<ReadOutcome> {
  return new Promise((resolve) => {
    const asked = get({ port, path: `/v1/rows/${row}`, agent }, (response) => {
      response.resume();
      response.on('error', () => resolve('unavailable'));
      response.on('end', () => {
        if (response.statusCode !== 200) resolve('unavailable');
        else resolve(response.headers['x-foresync-source'] === 'joiner' ? 'hit' : 'fetched');
      });
    });
    asked.on('error', () => resolve('refused'));
  });
}

if (import.meta.main) {
  const [file = '', port = ''] = process.argv.slice(2);
  process.stdout.write(`${JSON.stringify(await read(file, Number(port)))}\n`);
}
