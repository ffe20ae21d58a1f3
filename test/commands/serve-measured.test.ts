import assert from 'node:assert/strict';
import { rmSync } from 'node:fs';
import { request } from 'node:http';
import path from 'node:path';
import { text } from 'node:stream/consumers';
import { test } from 'node:test';
import { addReplicaJson } from '../../src/cli/json/operating.ts';
import { runCli } from '../support/cli.ts';
import { shopFolder, writeSmallPlan } from '../support/cli-shop.ts';
import { RunningCli } from '../support/running-cli.ts';

/** Of a joiner that stands still at its snapshot until its limit is lifted. */
const slowly = ['--bwlimit', '100/s'];

function get(socketPath: string, target: string): Promise<number> {
  return new Promise((resolve, reject) => {
    const asked = request({ socketPath, path: target }, (response) => {
      text(response).then(() => resolve(response.statusCode ?? 0), reject);
    });
    asked.on('error', reject);
    asked.end();
  });
}

async function servedJoin(cwd: string, more: string[]) {
  const socket = path.join(cwd, 'reads.sock');
  const run = new RunningCli(
    [
      ...['add-replica', 'j', '--host', 'local', '--store', 'sqlite:joiner.db', '--plan', 'plan.jsonl'],
      ...['--serve', `unix:${socket}`, ...slowly, ...more],
    ],
    { cwd },
  );
  await run.says(/snapshot {2}running/);
  return { run, socket };
}

test('a run that served reads says at its end how they went, and keeps it', async (t) => {
  const cwd = shopFolder(t);
  writeSmallPlan(cwd);
  const { run, socket } = await servedJoin(cwd, ['--json', '--progress', 'plain']);
  t.after(() => run.kill('SIGKILL'));
  for (let n = 0; n < 120; n++) assert.equal(await get(socket, `/v1/rows/${n < 20 ? 20_000 + n : 7}`), 200);
  assert.equal((await runCli(['throttle', 'off'], { cwd })).exitCode, 0);
  const { exitCode, stdout } = await run.ended;
  assert.equal(exitCode, 0);
  const printed = JSON.parse(stdout);
  assert.equal(addReplicaJson.safeParse(printed).error, undefined);
  const { cameTrue, run: snapshot } = printed;
  assert.deepEqual(cameTrue.replica.measured, { reads: 120, hits: 100 });
  assert.deepEqual(cameTrue.replica.kinds.planned, { reads: 100, hits: 100 });
  assert.equal(snapshot.promise.from, 'measured');
  assert.ok(snapshot.donors[0].cpuMs > 0 && snapshot.donors[0].peakBytes > 0);
  assert.ok(Math.abs(snapshot.joinerClock.aheadMs) < 1000);
  const shown = JSON.parse((await runCli(['metrics', printed.runId, '--json'], { cwd })).stdout);
  assert.deepEqual(shown.run.cameTrue.replica.measured, { reads: 120, hits: 100 });
});

test('where the log of the reads is gone the run ends well all the same, and says so', async (t) => {
  const cwd = shopFolder(t);
  writeSmallPlan(cwd);
  const { run, socket } = await servedJoin(cwd, ['--serve-log', 'reads.jsonl']);
  t.after(() => run.kill('SIGKILL'));
  assert.equal(await get(socket, '/v1/rows/7'), 200);
  rmSync(path.join(cwd, 'reads.jsonl'));
  assert.equal((await runCli(['throttle', 'off'], { cwd })).exitCode, 0);
  const { exitCode, stdout } = await run.ended;
  assert.equal(exitCode, 0);
  assert.match(stdout, /How reads went was not measured: There is no .*reads\.jsonl/);
});
