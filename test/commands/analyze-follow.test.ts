import assert from 'node:assert/strict';
import { appendFileSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { openHistory } from '../../src/core/history/open-history.ts';
import { openState } from '../../src/core/state/open.ts';
import { runCli } from '../support/cli.ts';
import { RunningCli } from '../support/running-cli.ts';

let folder = '';
before(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'foresync-analyze-follow-'));
});
after(() => rmSync(folder, { recursive: true, force: true }));

const t0 = 1_700_000_000;
const header = 'time,op,key\n';
const lines = (from: number, to: number) =>
  Array.from({ length: to - from }, (_, i) => `${t0 + from + i},read,key${(from + i) % 50}\n`).join('');

/** Resolves when so many events are stored; the test's own time limit ends it where they never are. */
async function stored(stateFile: string, events: number): Promise<void> {
  const state = openState(stateFile);
  try {
    while (openHistory(state).summary().events < events) await delay(20);
    assert.equal(openHistory(state).summary().events, events);
  } finally {
    state.close();
  }
}

test('a log is followed through rotation until an interrupt, which ends it with the page and exit code 0', async () => {
  const log = path.join(folder, 'access.log');
  const state = path.join(folder, 'files.db');
  writeFileSync(log, header + lines(0, 5));
  const following = new RunningCli(['analyze', `${log}*`, '--follow', '--state', state], { cwd: folder });
  await following.says(/following 1 log; an interrupt ends it/);
  appendFileSync(log, lines(5, 8));
  await stored(state, 8);
  renameSync(log, `${log}.1`);
  appendFileSync(`${log}.1`, lines(8, 9));
  writeFileSync(log, header + lines(20, 22));
  await stored(state, 11);
  following.kill('SIGINT');
  const { exitCode, signal, stdout, stderr } = await following.ended;
  assert.deepEqual([exitCode, signal, stderr], [0, null, 'following 1 log; an interrupt ends it\n']);
  assert.match(stdout, /^Followed 2 logs for .*events\/s$/m);
  assert.match(stdout, /13 lines = 11 events \+ 0 rejected \+ 2 ignored/);
  assert.match(stdout, /History +11 events/);
  const again = await runCli(['analyze', log, `${log}.1`, '--state', state, '--json'], { cwd: folder });
  assert.equal(JSON.parse(again.stdout).events, 0);
});

test('what redis-cli monitor writes is stored as it comes; SIGTERM ends it, and --json gives one object', async () => {
  const state = path.join(folder, 'stream.db');
  const following = new RunningCli(['analyze', '-', '--follow', '--state', state, '--json'], {
    cwd: folder,
    hasInput: true,
  });
  following.write(`OK\n${t0}.000000 [0 127.0.0.1:1] "get" "a"\n${t0}.500000 [0 127.0.0.1:1] "s`);
  await following.says(/following 1 log/);
  await stored(state, 1);
  following.write('et" "b"\n');
  await stored(state, 2);
  following.kill('SIGTERM');
  const { exitCode, stdout } = await following.ended;
  assert.equal(exitCode, 0);
  const { files, events, ignored, history } = JSON.parse(stdout);
  assert.deepEqual([files.length, files[0].format, events, ignored], [1, 'monitor', 2, 1]);
  assert.deepEqual([history.reads, history.writes], [1, 1]);
});

test('the end of a stream ends it', async () => {
  const { exitCode, stdout } = await runCli(['analyze', '-', '--follow', '--state', 'end.db'], {
    cwd: folder,
    input: header + lines(0, 3).trimEnd(),
  });
  assert.equal(exitCode, 0);
  assert.match(stdout, /Followed 1 log/);
  assert.match(stdout, /4 lines = 3 events \+ 0 rejected \+ 1 ignored/);
});

test('what is not there at first is an error', async () => {
  const { exitCode, stderr } = await runCli(['analyze', 'none.log', '--follow', '--state', 'none.db'], {
    cwd: folder,
  });
  assert.deepEqual([exitCode, /There is no none\.log/.test(stderr)], [74, true]);
});
