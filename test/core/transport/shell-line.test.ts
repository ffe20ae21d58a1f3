import assert from 'node:assert/strict';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import net from 'node:net';
import path from 'node:path';
import { type TestContext, test } from 'node:test';
import { runShellLine } from '../../../src/core/transport/shell-line.ts';
import { spawnWithExeca } from '../../../src/core/transport/spawn-with-execa.ts';
import { temporaryFolder } from '../../support/tables.ts';

function run(line: string, more: { env?: NodeJS.ProcessEnv; signal?: AbortSignal } = {}) {
  const lines: string[] = [];
  const env = { PATH: process.env.PATH, ...more.env };
  const signal = more.signal ?? new AbortController().signal;
  const ended = runShellLine(line, {
    env,
    spawn: spawnWithExeca,
    signal,
    onLine: (text) => lines.push(text),
  });
  return { lines, ended };
}

/** A port that tells when the last of those who hold a connection to it is gone. */
async function liveness(
  t: TestContext,
): Promise<{ port: number; taken: Promise<unknown>; gone: Promise<unknown> }> {
  const server = net.createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => server.close());
  const taken = once(server, 'connection') as Promise<[net.Socket]>;
  const gone = taken.then(([socket]) => {
    socket.resume();
    return once(socket, 'close');
  });
  return { port: (server.address() as net.AddressInfo).port, taken, gone };
}

test('a line is run by sh, with its environment, and its output is told line by line', async () => {
  const { ended, lines } = run('echo "$WORD"; echo second >&2; printf unended; exit 7', {
    env: { WORD: '$(touch x); `id`' },
  });
  assert.deepEqual(await ended, { exitCode: 7, signal: undefined, error: undefined });
  assert.deepEqual(lines.sort(), ['$(touch x); `id`', 'second', 'unended'].sort());
});

test('a line without an end is cut, and all of it is read', async () => {
  const { ended, lines } = run("head -c 3000000 /dev/zero | tr '\\0' x; echo; echo next");
  assert.equal((await ended).exitCode, 0);
  assert.deepEqual(
    lines.map((line) => line.length),
    [400, 4],
  );
});

test('what it leaves in the background is not waited for', async (t) => {
  const { port, taken, gone } = await liveness(t);
  const held = `exec ${process.execPath} -e 'require("net").connect(${port}, "127.0.0.1").on("close", () => process.exit())'`;
  const { ended } = run(`(${held}) & exit 0`);
  assert.equal((await ended).exitCode, 0);
  const [socket] = (await taken) as [net.Socket];
  socket.destroy();
  await gone;
});

test('where the signal trips it is ended, with all that it has started', async (t) => {
  const folder = temporaryFolder(t);
  const { port, taken, gone } = await liveness(t);
  const stop = new AbortController();
  const child = `${process.execPath} -e 'require("net").connect(${port}, "127.0.0.1")'`;
  const { ended } = run(`trap 'echo asked > ${path.join(folder, 'asked')}; exit 9' TERM; ${child} & wait`, {
    signal: stop.signal,
  });
  await taken;
  stop.abort();
  assert.equal((await ended).exitCode, 9);
  assert.ok(existsSync(path.join(folder, 'asked')) && readFileSync(path.join(folder, 'asked')).length > 0);
  await gone;
});

test('what cannot be started says why', async () => {
  const { exitCode, error } = await run('true', { env: { PATH: '/nowhere' } }).ended;
  assert.equal(exitCode, undefined);
  assert.match(error ?? '', /ENOENT/);
});
