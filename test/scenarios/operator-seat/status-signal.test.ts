import assert from 'node:assert/strict';
import { appendFileSync, chmodSync, existsSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { shopFolder } from '../../support/cli-shop.ts';
import { RunningCli } from '../../support/running-cli.ts';
import { temporaryFolder } from '../../support/tables.ts';

const hourMs = 3_600_000;

async function appears(file: string): Promise<void> {
  for (const untilMs = Date.now() + 20_000; !existsSync(file); await sleep(20))
    assert.ok(Date.now() < untilMs, `${file} does not appear`);
}

function writeLog(file: string, events: number): void {
  const startMs = Date.UTC(2026, 0, 1);
  const lines = Array.from({ length: events }, (_, i) => {
    const atMs = startMs + Math.floor((i / events) * 240 * hourMs);
    return `${new Date(atMs).toISOString()},read,key-${(i * 7919) % 3000},100`;
  });
  writeFileSync(file, `time,op,key,size\n${lines.join('\n')}\n`);
}

test('asked by SIGUSR1, analyze tells how far it is on standard error, whatever is shown there', async (t) => {
  const cwd = temporaryFolder(t);
  writeLog(path.join(cwd, 'access.csv'), 1000);
  for (const [mode, began, status] of [
    ['plain', /^following 1 log; /m, /^status: following 1 log {2}0 new events {2}0 events\/s$/m],
    ['json', /"event":"began"/, /^\{"type":"follow","atMs":\d+,"event":"asked","logs":1,"events":0\}$/m],
  ] as const) {
    const run = new RunningCli(
      ['analyze', 'access.csv', '--follow', '--progress', mode, '--state', `${mode}.db`],
      { cwd },
    );
    t.after(() => run.kill('SIGKILL'));
    await run.says(began);
    run.kill('SIGUSR1');
    await run.says(status);
    run.kill('SIGTERM');
    const { exitCode, stderr } = await run.ended;
    assert.equal(exitCode, 0, stderr);
    assert.doesNotMatch(stderr, /Debugger/);
  }
});

test('asked by SIGUSR1 with --progress none, analyze tells what came since it began', async (t) => {
  const cwd = temporaryFolder(t);
  const log = path.join(cwd, 'access.csv');
  writeLog(log, 1000);
  const run = new RunningCli(['analyze', 'access.csv', '--follow', '--progress', 'none'], { cwd });
  t.after(() => run.kill('SIGKILL'));
  // Nothing says when it has begun but its file; Node opens its debugger for one who asks before.
  await appears(path.join(cwd, 'foresync.db'));
  const ask = setInterval(() => run.kill('SIGUSR1'), 100);
  t.after(() => clearInterval(ask));
  await run.says(/^status: following 1 log {2}0 new events/m);
  appendFileSync(log, '2026-01-20T00:00:00Z,read,key-1,100\n2026-01-20T00:00:01Z,read,key-2,100\n');
  await run.says(/^status: following 1 log {2}2 new events/m);
  run.kill('SIGTERM');
  assert.doesNotMatch((await run.ended).stderr, /Debugger/);
});

test('asked by SIGUSR1, plan tells which step it is at', async (t) => {
  const cwd = temporaryFolder(t);
  writeLog(path.join(cwd, 'access.csv'), 100_000);
  assert.equal((await new RunningCli(['analyze', 'access.csv'], { cwd }).ended).exitCode, 0);
  const small = ['--time-budget', '0.1'];
  const run = new RunningCli(['plan', ...small, '--progress', 'json'], { cwd });
  t.after(() => run.kill('SIGKILL'));
  await run.says(/"step":"keys"/);
  run.kill('SIGUSR1');
  const plain = new RunningCli(['plan', ...small, '--progress', 'plain', '--out', 'other.jsonl'], { cwd });
  t.after(() => plain.kill('SIGKILL'));
  await plain.says(/^reading the history/m);
  plain.kill('SIGUSR1');
  await plain.says(/^status: [a-z ]+ {2}\d+ % {2}[\d,]+ of [\d,]+ [a-z ]+/m);
  for (const { exitCode, stderr } of [await run.ended, await plain.ended]) {
    assert.equal(exitCode, 0, stderr);
    assert.doesNotMatch(stderr, /Debugger/);
  }
});

test('SIGUSR1 means nothing to a command that has no status, and opens no debugger', async (t) => {
  const cwd = shopFolder(t, 100);
  const silent = path.join(cwd, 'silent-ssh');
  writeFileSync(silent, '#!/bin/sh\nexec sleep 100\n');
  chmodSync(silent, 0o755);
  const joiner = ['j', '--host', 'ops@nowhere', '--store', 'sqlite:/tmp/j.db'];
  const run = new RunningCli(['doctor', ...joiner, '--progress', 'json', '--no-plan'], {
    cwd,
    env: { FORESYNC_SSH: silent },
  });
  t.after(() => run.kill('SIGKILL'));
  await run.says(/"role":"here"/);
  run.kill('SIGUSR1');
  await run.says(/"role":"lead"/);
  run.kill('SIGTERM');
  const { exitCode, stderr } = await run.ended;
  assert.equal(exitCode, 130, stderr);
  assert.doesNotMatch(stderr, /Debugger/);
});
