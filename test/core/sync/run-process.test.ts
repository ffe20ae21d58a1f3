import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { test } from 'node:test';
import { livenessOf, type ProcessIdentity, thisProcess } from '../../../src/core/agent/process-identity.ts';
import { systemClock, systemWait } from '../../../src/core/clock.ts';
import { endProcess } from '../../../src/core/sync/run-process.ts';
import { processStart } from '../../../src/core/transport/process-start.ts';
import type { TestContext } from '../../support/tables.ts';

/** A process that waits; with `isDeaf` it takes no SIGTERM. Resolves when it can be asked to end. */
async function child(
  t: TestContext,
  { isDeaf = false } = {},
): Promise<{ process: ProcessIdentity; child: ChildProcess }> {
  const script = `${isDeaf ? "process.on('SIGTERM', () => {});" : ''} process.stdin.resume(); console.log('here')`;
  const started = spawn(process.execPath, ['-e', script], { stdio: ['pipe', 'pipe', 'inherit'] });
  t.after(() => started.kill('SIGKILL'));
  await once(started.stdout, 'data');
  const pid = started.pid ?? 0;
  return { process: { ...thisProcess(), pid, start: processStart(pid) }, child: started };
}

test('this process is alive, and so is a child until it has ended', async (t) => {
  assert.equal(livenessOf(thisProcess()), 'alive');
  const { process, child: started } = await child(t);
  assert.equal(livenessOf(process), 'alive');
  started.kill('SIGKILL');
  await once(started, 'exit');
  assert.equal(livenessOf(process), 'gone');
});

test('another process that got the number is not taken for it', () => {
  const { start, ...rest } = thisProcess();
  assert.equal(livenessOf({ ...rest, start: `${start}1` }), 'gone');
});

test('a process of an earlier boot is gone; one of another host or container, or of an unknown start, is elsewhere', () => {
  const here = thisProcess();
  assert.equal(livenessOf({ ...here, boot: 'an earlier one' }), 'gone');
  assert.equal(livenessOf({ ...here, host: `not-${here.host}` }), 'elsewhere');
  assert.equal(livenessOf({ ...here, space: 'pid:[1]' }), 'elsewhere');
  assert.equal(livenessOf({ ...here, start: undefined }), 'elsewhere');
});

test('a process is asked to stop, is killed where it does not listen, and one that is gone is left alone', async (t) => {
  const { signal } = new AbortController();
  const { process, child: started } = await child(t);
  const ended = once(started, 'exit');
  assert.equal(await endProcess(process, { clock: systemClock, wait: systemWait, signal }), 'stopped');
  assert.deepEqual(await ended, [null, 'SIGTERM']);
  assert.equal(await endProcess(process, { clock: systemClock, wait: systemWait, signal }), 'gone');

  const deaf = await child(t, { isDeaf: true });
  let nowMs = 0;
  const clock = { nowMs: () => nowMs };
  // Its time passes as it waits; the kernel's, in which the process ends, is another one.
  const wait = async (ms: number) => {
    nowMs += ms;
    await new Promise((resolve) => setImmediate(resolve));
    if (nowMs > 20_000) await once(deaf.child, 'exit');
  };
  assert.equal(await endProcess(deaf.process, { clock, wait, signal }), 'killed');
});

test('what cannot be seen from here is not ended from here', async () => {
  const { signal } = new AbortController();
  const target = { ...thisProcess(), host: 'far\u001baway' };
  await assert.rejects(endProcess(target, { clock: systemClock, wait: systemWait, signal }), {
    kind: 'exists',
    code: 'run-elsewhere',
    message: /far\\u001baway \(process \d+\)/,
  });
});
