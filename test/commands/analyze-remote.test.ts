import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { runCli } from '../support/cli.ts';
import { startSshd, type TestSshd } from '../support/sshd.ts';

let folder = '';
let sshd: TestSshd;
before(async () => {
  folder = mkdtempSync(path.join(tmpdir(), 'foresync-analyze-remote-'));
  sshd = await startSshd();
});
after(async () => {
  await sshd.stop();
  rmSync(folder, { recursive: true, force: true });
});

const analyze = (...args: string[]) =>
  runCli(['analyze', ...args], { cwd: folder, env: { FORESYNC_SSH_CONFIG: sshd.configFile } });

test('a log named host:/path is read there, and what is not there is one line', async () => {
  const log = path.join(folder, 'access\u001b[2J.csv');
  writeFileSync(log, '1700000000,a\n1700000001,b\n');
  const { exitCode, stdout, stderr } = await analyze(`foresync-test:${log}`);
  assert.deepEqual([exitCode, stderr], [0, '']);
  assert.match(stdout, /access\\u001b\[2J\.csv/);
  assert.match(stdout, /2 events/);
  assert.ok(!stdout.includes('\u001b'));
  const again = await analyze('--json', `foresync-test:${folder}/*.csv`);
  assert.deepEqual(
    [JSON.parse(again.stdout).files[0].state, JSON.parse(again.stdout).events],
    ['unchanged', 0],
  );
  const missing = await analyze(`foresync-test:${folder}/none.csv`);
  assert.deepEqual([missing.exitCode, missing.stdout], [74, '']);
  assert.match(missing.stderr, /There is no foresync-test:.*none\.csv/);
  const unreachable = await analyze('nowhere.invalid:/log.csv');
  assert.equal(unreachable.exitCode, 69);
  assert.match(unreachable.stderr, /Cannot reach nowhere\.invalid/);
});
