import { type ChildProcess, spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { Agent, get } from 'node:http';
import { text } from 'node:stream/consumers';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { PlanEntry } from '../../src/core/plan/prefetch-plan.ts';
import { seededRandom } from './random.ts';
import { rounded } from './statistics.ts';

/** How long reads took from when they were due, in milliseconds. */
export interface ReadTimes {
  reads: number;
  p50Ms: number;
  p99Ms: number;
  mostMs: number;
}

/** One answer: when the read was due (since the epoch), how long it took from then, and whether the joiner answered by itself. */
export type Answered = [dueAtMs: number, tookMs: number, isHit: boolean];

export interface Readings {
  answers: Answered[];
  /** Answers that were none of a row. */
  others: number;
}

interface Load {
  port: number;
  planFile: string;
  rows: number;
  perSecond: number;
  /** Share of reads that are of planned keys; the others are of any. */
  plannedShare: number;
}

/** Readers of a joiner in a process of their own: so many reads a second, whether answers come or not, from its first answer on until it is gone. */
export class ReaderLoad {
  readonly #child: ChildProcess;
  /** Resolves when the joiner serves no longer. */
  readonly readings: Promise<Readings>;

  constructor(load: Load) {
    const args = [fileURLToPath(import.meta.url), JSON.stringify(load)];
    const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
    this.#child = child;
    this.readings = text(child.stdout).then((output) => JSON.parse(output) as Readings);
    this.readings.catch(() => undefined);
  }

  stop(): void {
    if (this.#child.exitCode === null) this.#child.kill();
  }
}

async function read({ port, planFile, rows, perSecond, plannedShare }: Load): Promise<Readings> {
  const planned = readFileSync(planFile, 'utf8')
    .split('\n')
    .slice(1, -1)
    .map((line) => (JSON.parse(line) as PlanEntry).key as number);
  const connections = new Agent({ keepAlive: true, maxSockets: 64 });
  const random = seededRandom(11);
  const keyOf = () =>
    random() < plannedShare
      ? (planned[Math.floor(random() * planned.length)] ?? 1)
      : 1 + Math.floor(random() * rows);
  const answers: Answered[] = [];
  let others = 0;
  let isGone = false;
  const one = (dueMs: number) =>
    new Promise<void>((resolve) => {
      const asked = get({ port, path: `/v1/rows/${keyOf()}`, agent: connections }, (response) => {
        response.resume();
        response.on('end', () => {
          const source = response.headers['x-foresync-source'];
          if (response.statusCode !== 200) others++;
          else
            answers.push([
              Math.round(performance.timeOrigin + dueMs),
              rounded(performance.now() - dueMs),
              source === 'joiner',
            ]);
          resolve();
        });
      });
      asked.on('error', () => {
        isGone = true;
        resolve();
      });
    });
  while (!(await isThere(port))) await pause(5);
  const startedMs = performance.now();
  const underWay = new Set<Promise<void>>();
  for (let dueMs = startedMs; !isGone; ) {
    await pause(Math.max(0, dueMs - performance.now()));
    for (; dueMs <= performance.now() && !isGone; dueMs += 1000 / perSecond) {
      const reading = one(dueMs).finally(() => underWay.delete(reading));
      underWay.add(reading);
    }
  }
  connections.destroy();
  return { answers, others };
}

function isThere(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const asked = get({ port, path: '/healthz', agent: false }, (response) => {
      response.resume();
      resolve(true);
    });
    asked.on('error', () => resolve(false));
  });
}

/** Of hits, or of misses, that were due from a moment on. */
export function timesOf(answers: readonly Answered[], wanted: 'hits' | 'misses', fromMs = 0): ReadTimes {
  const ms = answers
    .filter(([dueAtMs, , isHit]) => dueAtMs >= fromMs && isHit === (wanted === 'hits'))
    .map(([, tookMs]) => tookMs)
    .toSorted((a, b) => a - b);
  const at = (share: number) =>
    rounded(ms[Math.min(ms.length - 1, Math.floor(share * ms.length))] ?? Number.NaN);
  return { reads: ms.length, p50Ms: at(0.5), p99Ms: at(0.99), mostMs: at(1) };
}

if (import.meta.main)
  process.stdout.write(JSON.stringify(await read(JSON.parse(process.argv[2] ?? '') as Load)));
