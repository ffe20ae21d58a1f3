import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { runProgram } from '../support/cli.ts';

const demo = fileURLToPath(new URL('../../demo/demo.ts', import.meta.url));

let folder: string;
before(() => {
  folder = mkdtempSync(path.join(os.tmpdir(), 'foresync-demo-test-'));
});
after(() => rmSync(folder, { recursive: true, force: true }));

test('the demo goes all the way, proves the replica equal, and leaves nothing behind', async () => {
  const { exitCode, stdout, stderr } = await runProgram(process.execPath, [demo, '--rows', '5000'], {
    env: { TMPDIR: folder },
  });
  assert.equal(exitCode, 0, `${stdout}\n${stderr}`);
  const commands = [...stdout.matchAll(/^\$ foresync (\S+)/gm)].map(([, command]) => command);
  assert.deepEqual(commands, ['analyze', 'plan', 'prefetch', 'add-replica', 'metrics']);
  assert.match(stdout, /^ +[\d,]{5,} rows are equal in every column/m);
  assert.match(stdout, /^ +0 differ otherwise$/m);
  const [, held, inOrder] =
    /held the rows for (\d+) % of the reads[\s\S]*in the table's own order would have met (\d+) %/.exec(
      stdout,
    ) ?? [];
  assert.ok(Number(held) > Number(inOrder), `${held} % by the plan, ${inOrder} % without`);
  nothingIsLeft();
});

for (const [signal, command] of [
  ['SIGINT', 'add-replica'],
  ['SIGTERM', 'plan'],
] as const) {
  test(`${signal} in the middle of ${command} ends the writer and removes everything`, async () => {
    const child = spawn(process.execPath, [demo, '--rows', '5000'], {
      env: { ...process.env, TMPDIR: folder },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let output = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      output += text;
      if (text.includes(`$ foresync ${command}`)) child.kill(signal);
    });
    child.stderr.resume();
    const [exitCode] = await once(child, 'close');
    assert.equal(exitCode, 128 + os.constants.signals[signal], output);
    nothingIsLeft();
  });
}

test('what is no number of rows is refused, and nothing is made', async () => {
  const { exitCode, stderr } = await runProgram(process.execPath, [demo, '--rows', 'many'], {
    env: { TMPDIR: folder },
  });
  assert.equal(exitCode, 64);
  assert.match(stderr, /--rows is a whole number/);
  nothingIsLeft();
});

function nothingIsLeft(): void {
  assert.deepEqual(readdirSync(folder), []);
  const running = execFileSync('ps', ['-A', '-o', 'args='], { encoding: 'utf8' });
  assert.deepEqual(
    running.split('\n').filter((line) => line.includes(`${folder}/`)),
    [],
  );
}
