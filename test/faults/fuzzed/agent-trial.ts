import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { PassThrough } from 'node:stream';
import { PrefetchCache } from '../../../src/core/agent/prefetch-cache.ts';
import { localMachine } from '../../../src/core/transport/agent-host.ts';
import { addonFile, agentFile } from '../../../src/core/transport/cargo.ts';
import { readFrames } from '../../../src/core/transport/frames.ts';
import { agentMagic, protocolVersions, speakPrefix } from '../../../src/core/transport/handshake.ts';
import { runJs } from '../../support/cli.ts';
import { bytesOf, type Move } from './moves.ts';
import { makeStage, type Stage, type StageTable } from './stage.ts';
import { tablesOf, treeOf } from './tree.ts';

export type LockedTo = 'donor' | 'joiner' | undefined;

/** A hang is told from work by this; nothing waits for it to pass. */
const hangMs = 60_000;
/** What is decompressed is bounded at 300 MiB a part, and Node and SQLite need some. */
const maxMemoryBytes = 500 << 20;

/** What an agent said to the request `n`. */
export interface Answer {
  n: number;
  result?: Record<string, unknown>;
  error?: { kind: string; code: string; message: string };
}

interface Outcome {
  end: string;
  answers: Answer[];
  peakBytes: number;
  stderr: string;
}

/**
 * Plays moves to a real agent process and judges: it ends by itself, tells errors as errors, holds no more than is bounded, and of
 * all files only those change that its role is about.
 */
export async function tryAgent(lockedTo: LockedTo, table: StageTable, moves: readonly Move[]): Promise<void> {
  const stage = makeStage(table);
  try {
    const isOwn = (file: string) => ownFiles(lockedTo, stage).some((own) => file.startsWith(own));
    const before = treeOf(stage.folder, isOwn);
    const rowsBefore = rowsThatStay(lockedTo, stage);
    const outcome = await playAll(lockedTo, moves, stage);
    assert.ok(['0', '76'].includes(outcome.end), `it ended by ${outcome.end}: ${outcome.stderr}`);
    for (const { error } of outcome.answers) assert.notEqual(error?.kind, 'defect', error?.message);
    assert.ok(outcome.peakBytes <= maxMemoryBytes, `it held ${outcome.peakBytes >> 20} MiB`);
    assert.deepEqual(treeOf(stage.folder, isOwn), before);
    assert.deepEqual(rowsThatStay(lockedTo, stage), rowsBefore);
  } finally {
    PrefetchCache.drop(stage.donor, 'items');
    stage.remove();
  }
}

/** Plays moves, numbered in their order, to an agent on a stage. */
export function playAll(lockedTo: LockedTo, moves: readonly Move[], stage: Stage): Promise<Outcome> {
  const frames = moves.map((move, n) => bytesOf(move, n, stage));
  return play(start(lockedTo, stage), lockedTo, frames);
}

/** What may change as bytes. An agent that is not locked works in whatever place it is told. */
function ownFiles(lockedTo: LockedTo, { donor, joiner, folder }: Stage): string[] {
  const cache = path.join(folder, 'cache');
  if (lockedTo === 'donor') return [donor, cache];
  if (lockedTo === 'joiner') return [joiner, cache];
  return [donor, joiner, cache, path.join(folder, 'cwd'), path.join(folder, 'bystander', 'own.db')];
}

function rowsThatStay(lockedTo: LockedTo, { donor, joiner }: Stage): unknown[] {
  if (lockedTo === undefined) return [tablesOf(joiner, ['other'])];
  return [tablesOf(donor, ['items', 'other']), tablesOf(joiner, ['other'])];
}

function start(lockedTo: LockedTo, { cwd, folder, donor, joiner }: Stage): ChildProcess {
  const store = lockedTo === 'donor' ? donor : joiner;
  const args = lockedTo
    ? [runJs, 'agent', '--role', lockedTo, '--store', `sqlite:${store}`, '--only-table', 'items']
    : [agentFile(), '--addon', addonFile(localMachine())];
  return spawn(process.execPath, args, {
    cwd,
    env: { ...process.env, XDG_CACHE_HOME: path.join(folder, 'cache') },
  });
}

async function play(agent: ChildProcess, lockedTo: LockedTo, frames: readonly Buffer[]): Promise<Outcome> {
  const { stdin, stdout, stderr } = agent;
  assert.ok(stdin && stdout && stderr);
  let said = '';
  stderr.setEncoding('utf8').on('data', (text: string) => {
    said += text;
  });
  const output: Buffer[] = [];
  stdout.on('data', (bytes: Buffer) => output.push(bytes));
  // An agent that refuses what it read ends, and reads no more.
  stdin.on('error', () => undefined);
  let peakBytes = 0;
  const looks = setInterval(() => {
    peakBytes = Math.max(peakBytes, memoryOf(agent.pid));
  }, 20);
  let hangs = false;
  const watch = setTimeout(() => {
    hangs = true;
    agent.kill('SIGKILL');
  }, hangMs);
  try {
    const closed = once(agent, 'close');
    // Behind a forced command stands what was meant for a shell.
    if (lockedTo) stdin.write(`umask 077\nexit\n\n${speakPrefix}${protocolVersions.greatest}\n`);
    for (const frame of frames) stdin.write(frame);
    stdin.end();
    const [code, signal] = (await closed) as [number | null, string | null];
    const end = hangs ? 'being killed after it hung' : `${signal ?? code}`;
    return { end, answers: await answersIn(Buffer.concat(output)), peakBytes, stderr: said };
  } finally {
    clearTimeout(watch);
    clearInterval(looks);
  }
}

async function answersIn(output: Buffer): Promise<Answer[]> {
  const magic = `${agentMagic}\n`;
  assert.equal(output.toString('latin1', 0, magic.length), magic);
  const frames = new PassThrough();
  frames.end(output.subarray(magic.length));
  const answers: Answer[] = [];
  for await (const { header } of readFrames(frames)) answers.push(header as Answer);
  return answers;
}

/** Its highest so far; Linux alone tells. */
function memoryOf(pid: number | undefined): number {
  try {
    return Number(/VmHWM:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0) * 1024;
  } catch {
    // It has ended.
    return 0;
  }
}
