import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, mkdirSync, symlinkSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { type CliOptions, type CliResult, runProgram } from '../support/cli.ts';
import { tooOldNode } from '../support/own-node.ts';
import { bringNode, makeProbe, ownNode, type Probe, type ProbeReport } from './probe.ts';

const oldNode = tooOldNode();
const needsOldNode = { skip: oldNode ? false : 'this machine has no Node older than 22.15' };
/** The system's tools and its Node, if it has one, without the project's Node that npm puts in front. */
const systemPath = '/usr/local/bin:/usr/bin:/bin';

function reportOf({ stdout, stderr }: CliResult): ProbeReport {
  assert.equal(stderr, '');
  return JSON.parse(stdout) as ProbeReport;
}

function start(probe: Probe, args: string[], env: CliOptions['env'] = {}): Promise<CliResult> {
  return runProgram(probe.run, args, { env: { PATH: systemPath, ...env } });
}

/** Sends a signal to the process that `spawn` knows, once the program has said that it waits. */
async function signalled(command: string, args: string[], signal: NodeJS.Signals) {
  const child = spawn(command, args, { env: { ...process.env, PATH: systemPath } });
  const [line] = (await once(child.stdout, 'data')) as [Buffer];
  const { pid } = JSON.parse(String(line)) as ProbeReport;
  child.kill(signal);
  const [exitCode, endedBy] = (await once(child, 'exit')) as [number | null, string | null];
  // A program that did not get the signal would outlive the test.
  if (pid !== child.pid) killIfAlive(pid);
  return { exitCode, endedBy, samePid: pid === child.pid };
}

function killIfAlive(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch (error) {
    assert.equal((error as NodeJS.ErrnoException).code, 'ESRCH');
  }
}

test('is replaced by the Node that the package brings: same pid, signals and exit status are its own', async () => {
  using probe = makeProbe({ node: ownNode });
  const handled = await signalled(probe.run, ['wait'], 'SIGUSR2');
  assert.deepEqual(handled, { exitCode: 42, endedBy: null, samePid: true });
  const killed = await signalled(probe.run, ['wait'], 'SIGTERM');
  assert.deepEqual(killed, { exitCode: null, endedBy: 'SIGTERM', samePid: true });

  const ended = await start(probe, ['exit', '75']);
  assert.equal(ended.exitCode, 75);
  assert.match(reportOf(ended).version, /^v24\./);
});

test('arguments arrive as they were given', async () => {
  using probe = makeProbe({ node: ownNode });
  const args = ['a b', "it's", '"$HOME"', '', '*', 'line\nline', '--', '-n', '\\'];
  assert.deepEqual(reportOf(await start(probe, args)).args, args);
});

test('every shell that this machine has reads the file', async () => {
  using probe = makeProbe({ node: ownNode });
  for (const shell of [
    ['/bin/sh'],
    ['/bin/bash', '--posix'],
    ['/bin/dash'],
    ['/bin/zsh'],
    ['/bin/busybox', 'sh'],
  ]) {
    const [program = '', ...options] = shell;
    const run = runProgram(program, [...options, 'bin/run.js', 'exit', '3'], { cwd: probe.root });
    const result = await run.catch((error: NodeJS.ErrnoException) => {
      assert.equal(error.code, 'ENOENT');
    });
    if (result) assert.equal(result.exitCode, 3, `${shell}: ${result.stderr}`);
  }
});

test("finds its Node through npm's links, inside the package or beside it", async () => {
  using outer = makeProbe();
  const installed = join(outer.root, 'lib/node_modules/foresync');
  cpSync(join(outer.root, 'bin'), join(installed, 'bin'), { recursive: true });
  cpSync(join(outer.root, 'dist'), join(installed, 'dist'), { recursive: true });
  cpSync(join(outer.root, 'package.json'), join(installed, 'package.json'));
  symlinkSync('../lib/node_modules/foresync/bin/run.js', join(outer.root, 'bin/foresync'));
  symlinkSync('foresync', join(outer.root, 'bin/alias'));
  bringNode(dirname(installed), ownNode);
  const result = await runProgram(join(outer.root, 'bin/alias'), ['exit', '4'], {
    env: { PATH: systemPath },
  });
  assert.equal(result.exitCode, 4, result.stderr);
  assert.match(reportOf(result).version, /^v24\./);
});

test("takes PATH's Node where the package brings none", async () => {
  using probe = makeProbe();
  const result = await start(probe, ['exit', '5'], { PATH: `${dirname(ownNode)}:${systemPath}` });
  assert.equal(result.exitCode, 5, result.stderr);
});

test('started by hand with an old Node, passes signals and exit status on', needsOldNode, async () => {
  using probe = makeProbe({ node: ownNode });
  const ended = await runProgram(oldNode ?? '', [probe.run, 'exit', '75'], { env: { PATH: systemPath } });
  assert.equal(ended.exitCode, 75);
  const { version, env } = reportOf(ended);
  assert.match(version, /^v24\./);
  assert.equal(env.FORESYNC_STARTED_BY, undefined);

  const died = await runProgram(oldNode ?? '', [probe.run, 'die', 'SIGKILL']);
  assert.equal(died.signal, 'SIGKILL');
  for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) {
    const killed = await signalled(oldNode ?? '', [probe.run, 'wait'], signal);
    assert.deepEqual(killed, { exitCode: null, endedBy: signal, samePid: false });
  }
  const handled = await signalled(oldNode ?? '', [probe.run, 'wait'], 'SIGUSR2');
  assert.deepEqual(handled, { exitCode: 42, endedBy: null, samePid: false });
});

/** One line that says which Node is needed and which is there, exit code 78, and nothing else. */
function assertRefused(result: CliResult, found: RegExp): void {
  assert.equal(result.exitCode, 78);
  assert.equal(result.stdout, '');
  assert.match(result.stderr, /^foresync needs Node 22\.15 or newer, found [^\n]+\n$/);
  assert.match(result.stderr, found);
}

test('without any Node says in one line which it needs', async () => {
  using probe = makeProbe();
  const empty = join(probe.root, 'empty');
  mkdirSync(empty);
  assertRefused(await start(probe, ['--help'], { PATH: empty }), /found none;/);
});

test(
  'with an old Node alone says in one line which it needs, however it is started',
  needsOldNode,
  async () => {
    using probe = makeProbe();
    const path = { PATH: `${dirname(oldNode ?? '')}:${systemPath}` };
    assertRefused(await start(probe, ['--help'], path), /found v\d+\.\d+\.\d+;/);
    assertRefused(await runProgram(oldNode ?? '', [probe.run], { env: path }), /found v\d+\.\d+\.\d+;/);
    assertRefused(
      await runProgram(oldNode ?? '', [probe.run], { env: { PATH: '' } }),
      /found v\d+\.\d+\.\d+;/,
    );
  },
);

test(
  'a brought Node that is too old is refused too, without going round in circles',
  needsOldNode,
  async () => {
    using probe = makeProbe({ node: oldNode ?? '' });
    assertRefused(await start(probe, []), /found v\d+\.\d+\.\d+;/);
  },
);

test('a checkout that was not built says so in one line', async () => {
  using probe = makeProbe({ node: ownNode, built: false });
  const result = await start(probe, ['--help']);
  assert.equal(result.exitCode, 78);
  assert.match(
    result.stderr,
    /^foresync is not built here; run "npm ci" \(or "npm run build"\) in \/[^\n]+ probe's [^\n]+\n$/,
  );
});

test('colours are off before anything is imported, where they are not wanted', async () => {
  using probe = makeProbe({ node: ownNode });
  const forced = async (args: string[], env: CliOptions['env']) =>
    reportOf(await start(probe, args, { TERM: 'xterm', ...env })).env.FORCE_COLOR;
  assert.equal(await forced([], {}), undefined);
  assert.equal(await forced([], { NO_COLOR: '1' }), '0');
  assert.equal(await forced([], { NO_COLOR: '1', FORCE_COLOR: '1' }), '0');
  assert.equal(await forced([], { NO_COLOR: '' }), undefined);
  assert.equal(await forced([], { TERM: 'dumb' }), '0');
  assert.equal(await forced([], { TERM: 'dumb', FORCE_COLOR: '2' }), '2');
  assert.equal(await forced(['analyze', '--no-color'], {}), '0');
  assert.equal(await forced(['analyze', '--', '--no-color'], {}), undefined);
});
