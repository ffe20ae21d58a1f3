import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  appendFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, test } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { systemCodeOf } from '../../src/core/errors.ts';
import { ingestLogs } from '../../src/core/history/ingest.ts';
import { openHistory } from '../../src/core/history/open-history.ts';
import { openState } from '../../src/core/state/open.ts';
import { runCli, runJs } from '../support/cli.ts';

const root = mkdtempSync(path.join(tmpdir(), 'foresync-killed-analyze-'));
after(() => rmSync(root, { recursive: true, force: true }));

const stories = Math.max(3, Math.floor(Number(process.env.FORESYNC_FAULT_RUNS ?? 300) / 60));
const header = 'time,op,key\n';
const t0 = 1_700_000_000;

/** Lines that differ from all others, of keys that come again. */
const lines = (from: number, count: number) =>
  Array.from({ length: count }, (_, i) => {
    const n = from + i;
    return `${t0 + n},${n % 9 === 0 ? 'set' : 'get'},key${(n * 7919) % 20_011}\n`;
  }).join('');

/** The longest wait after a commit. */
const longestPauseMs = 20;

/** Where a run is killed. */
interface Kill {
  /** When it has read or written so much, or so long after it wrote something. */
  on: 'read' | 'written' | 'after a write';
  /** Of what a whole run reads or writes, or of the longest wait. */
  share: number;
  follows: boolean;
  /** What happens to the logs before the next run. */
  appendedLines: number;
  rotates: boolean;
}

const anyKill: fc.Arbitrary<Kill> = fc.record({
  on: fc.constantFrom('read', 'written', 'after a write', 'after a write', 'after a write'),
  share: fc.integer({ min: 0, max: 1000 }).map((share) => share / 1000),
  follows: fc.boolean(),
  appendedLines: fc.integer({ min: 0, max: 20_000 }),
  rotates: fc.boolean(),
});

/** What a process has read and written so far: bytes, and how long ago it wrote last. */
class Progress {
  read = 0;
  written = 0;
  'after a write' = 0;
  readonly #pid: number;
  readonly #wal: string;
  readonly #walBytes: number;
  #wroteMs = Number.POSITIVE_INFINITY;

  constructor(pid: number, state: string) {
    this.#pid = pid;
    this.#wal = `${state}-wal`;
    this.#walBytes = sizeOf(this.#wal);
  }

  look(): void {
    this.read = Number(/rchar: (\d+)/.exec(ioOf(this.#pid))?.[1] ?? this.read);
    const written = Math.max(this.written, sizeOf(this.#wal) - this.#walBytes);
    if (written > this.written) this.#wroteMs = performance.now();
    this.written = written;
    this['after a write'] = Math.max(0, performance.now() - this.#wroteMs);
  }
}

/** Logs of one replica, as they are written and rotated. */
class Logs {
  readonly log: string;
  everything = header;
  #next = 0;
  #rotations = 0;

  constructor(folder: string) {
    mkdirSync(folder);
    this.log = path.join(folder, 'access.log');
    writeFileSync(this.log, header);
  }

  append(count: number): void {
    const text = lines(this.#next, count);
    this.#next += count;
    this.everything += text;
    appendFileSync(this.log, text);
  }

  rotate(): void {
    const older = `${this.log}.1`;
    if (existsSync(older)) {
      writeFileSync(`${this.log}.${++this.#rotations}.gz`, gzipSync(readFileSync(older)));
      unlinkSync(older);
    }
    renameSync(this.log, older);
    writeFileSync(this.log, header);
  }
}

test('killed anywhere, and run again after the logs grew and were rotated, the history is that of one run', async (t) => {
  const whole = await wholeRun();
  let killed = 0;
  await fc.assert(
    fc.asyncProperty(
      fc.array(anyKill, { minLength: 2, maxLength: 4 }),
      fc.integer({ min: 20_000, max: 60_000 }),
      async (kills, firstLines) => {
        const folder = mkdtempSync(path.join(root, 'story-'));
        const logs = new Logs(path.join(folder, 'logs'));
        const state = path.join(folder, 'state.db');
        logs.append(firstLines / 2);
        logs.rotate();
        logs.append(firstLines / 4);
        logs.rotate();
        logs.append(firstLines / 4);
        for (const kill of kills) {
          if (await runAndKill(logs, state, kill, whole[kill.on] * kill.share)) killed++;
          logs.append(kill.appendedLines);
          if (kill.rotates) logs.rotate();
        }
        const { exitCode, stderr } = await runCli(['analyze', `${logs.log}*`, '--state', state], {
          cwd: folder,
          timeoutMs: 240_000,
        });
        assert.deepEqual([exitCode, stderr], [0, '']);
        assert.equal(firstDifference(dumpOf(state), await dumpOfText(folder, logs.everything)), undefined);
        rmSync(folder, { recursive: true });
      },
    ),
    { seed: 8, numRuns: stories, endOnFailure: true },
  );
  t.diagnostic(`${killed} runs were killed`);
  assert.ok(killed > 0, 'a run was killed');
});

/** What a run over about as much reads and writes. */
async function wholeRun(): Promise<Record<Kill['on'], number>> {
  const folder = path.join(root, 'whole');
  mkdirSync(folder);
  const logs = new Logs(path.join(folder, 'logs'));
  logs.append(40_000);
  const { progress } = await run(['analyze', logs.log], path.join(folder, 'state.db'), () => false);
  return { read: progress.read, written: progress.written, 'after a write': longestPauseMs };
}

/** Returns whether it was killed before it ended by itself. */
async function runAndKill(logs: Logs, state: string, kill: Kill, amount: number): Promise<boolean> {
  const args = ['analyze', `${logs.log}*`, ...(kill.follows ? ['--follow'] : [])];
  const { signal } = await run(args, state, (progress) => progress[kill.on] > amount);
  return signal === 'SIGKILL';
}

/** Runs until `isTime` says so, and kills it then; where it follows, at the latest when it says that it has begun to. */
async function run(
  args: readonly string[],
  state: string,
  isTime: (progress: Progress) => boolean,
): Promise<{ progress: Progress; signal: NodeJS.Signals | null }> {
  const child = spawn(runJs, [...args, '--state', state], { stdio: ['ignore', 'ignore', 'pipe'] });
  const progress = new Progress(child.pid ?? 0, state);
  let isOver = false;
  const ended = once(child, 'close').then(([, signal]) => {
    isOver = true;
    return signal as NodeJS.Signals | null;
  });
  child.stderr.on('data', () => child.kill('SIGKILL'));
  while (!isOver) {
    progress.look();
    if (isTime(progress)) child.kill('SIGKILL');
    await turn();
  }
  return { progress, signal: await ended };
}

/** A line for the whole, and one a key. */
function dumpOf(stateFile: string): string[] {
  const state = openState(stateFile);
  try {
    const history = openHistory(state);
    const keys = [...history.series()].map((series) => JSON.stringify(series)).sort();
    return [JSON.stringify(history.summary()), ...keys];
  } finally {
    state.close();
  }
}

/** To say where two dumps differ takes their comparison by assert minutes. */
function firstDifference(a: readonly string[], b: readonly string[]): [string?, string?] | undefined {
  const at = Array.from({ length: Math.max(a.length, b.length) }).findIndex((_, i) => a[i] !== b[i]);
  return at < 0 ? undefined : [a[at], b[at]];
}

async function dumpOfText(folder: string, text: string): Promise<string[]> {
  const file = path.join(folder, 'everything.log');
  writeFileSync(file, text);
  const stateFile = path.join(folder, 'everything.db');
  const state = openState(stateFile);
  await ingestLogs(state, [{ path: file, replica: 'default' }], {});
  state.close();
  return dumpOf(stateFile);
}

function sizeOf(file: string): number {
  return statSync(file, { throwIfNoEntry: false })?.size ?? 0;
}

/** Of a process that is gone nothing can be read. */
function ioOf(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/io`, 'latin1');
  } catch (error) {
    if (systemCodeOf(error) === undefined) throw error;
    return '';
  }
}
