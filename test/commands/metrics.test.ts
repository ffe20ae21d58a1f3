import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, test } from 'node:test';
import { zstdCompressSync } from 'node:zlib';
import { openState } from '../../src/core/state/open.ts';
import { parameterNames } from '../../src/core/state/parameters.ts';
import { type RunRecord, recordRun } from '../../src/core/state/runs.ts';
import {
  exampleRun,
  exampleSnapshot,
  horizonMs,
  originMs,
  planText,
  startMs,
} from '../core/metrics/run-example.ts';
import { type CliOptions, runCli } from '../support/cli.ts';

const root = mkdtempSync(path.join(os.tmpdir(), 'foresync-metrics-'));
after(() => rmSync(root, { recursive: true, force: true }));

/** A plan of 100 keys; the run sent all of them and is in sync after 10 s. */
const plan = zstdCompressSync(
  planText(
    Array.from({ length: 100 }, (_, index) => ({
      key: `k${index}`,
      confidence: 0.9 - index / 250,
      expectedReads: 2.4,
      sizeBytes: 1000,
    })),
    { halfLifeMs: 172_800_000 },
  ),
);

function longPlanRun(more: Partial<RunRecord> = {}): RunRecord {
  const snapshot = exampleSnapshot();
  assert.ok(snapshot.plan);
  Object.assign(snapshot.plan, { keys: 100, arrivedKeys: 100, missingKeys: 0 });
  return { ...exampleRun(snapshot), plan, ...more };
}

function folderWith(runs: RunRecord[]): string {
  const folder = mkdtempSync(path.join(root, 'case-'));
  const state = openState(path.join(folder, 'foresync.db'));
  for (const run of runs) recordRun(state, run);
  state.close();
  return folder;
}

/** A day of reads: one in four is of the first 50 planned keys, the rest of keys that no plan had. */
function writeLog(folder: string): string {
  const file = path.join(folder, 'eu-west.csv');
  const lines = Array.from({ length: 400 }, (_, index) => {
    const timeMs = startMs + Math.round((index / 399) * (originMs + horizonMs - startMs));
    return `${timeMs},GET,${index % 4 === 0 ? `k${(index / 4) % 50}` : `new${index}`}`;
  });
  writeFileSync(file, `time,op,key\n${lines.join('\n')}\nbroken line\n`);
  return file;
}

async function metrics(folder: string, args: string[], options: CliOptions = {}) {
  const result = await runCli(['metrics', ...args], {
    cwd: folder,
    env: { LANG: 'C.UTF-8', LC_ALL: undefined },
    ...options,
  });
  return { ...result, json: () => JSON.parse(result.stdout) };
}

test('without runs it says so in a friendly line, and leaves no file behind', async () => {
  const folder = mkdtempSync(path.join(root, 'case-'));
  const plain = await metrics(folder, []);
  assert.deepEqual([plain.exitCode, plain.stderr], [0, '']);
  assert.match(plain.stdout, /No runs yet/);
  assert.deepEqual((await metrics(folder, ['--json'])).json(), { runs: [] });
  assert.equal(existsSync(path.join(folder, 'foresync.db')), false);
  assert.deepEqual((await metrics(folderWith([]), ['--json'])).json(), { runs: [] });
});

test('lists past runs, newest first, in 80 columns', async () => {
  const folder = folderWith([
    longPlanRun(),
    longPlanRun({
      id: 'run-2',
      startedMs: startMs + 5000,
      joiner: 'eu\u001b[31m-east-with-a-rather-long-name',
    }),
    {
      ...exampleRun(exampleSnapshot({ until: 'hot' })),
      id: 'run-0',
      startedMs: startMs - 5000,
      snapshot: {},
    },
  ]);
  const { stdout, exitCode } = await metrics(folder, []);
  assert.equal(exitCode, 0);
  assert.match(
    stdout,
    /run-2 .*\n(.*\n)+.*run-1 .*2\.0 s +10\.0 s\n.*in sync, verified equal · Delta Log 5 keys in 3 rounds\n +reads of planned keys: 60\.0 % expected\n/,
  );
  assert.match(stdout, /snapshot 7\.3 KiB \(25\.0 % smaller\)/);
  assert.match(stdout, /another version/);
  assert.equal(stdout.includes('\u001b'), false);
  assertNarrow(stdout);
  const { runs } = (await metrics(folder, ['--json', '--limit', '2'])).json();
  assert.deepEqual(
    runs.map((run: { id: string; expectedHitRate: number }) => [run.id, run.expectedHitRate]),
    [
      ['run-2', 0.6],
      ['run-1', 0.6],
    ],
  );
});

test('one run in detail, by the beginning of its id', async () => {
  const folder = folderWith([longPlanRun()]);
  const { stdout, exitCode } = await metrics(folder, ['run']);
  assert.equal(exitCode, 0);
  assert.match(stdout, /verified equal: 2 ranges, 100 rows/);
  assert.match(stdout, /metrics run-1 --log FILE/);
  const unknown = await metrics(folder, ['nope', '--json']);
  assert.deepEqual([unknown.exitCode, unknown.json().error.code], [64, 'run-unknown']);
});

test("the joiner's log gives what came true, which stays with the run; no step is adopted that no history confirms", async () => {
  const folder = folderWith([longPlanRun()]);
  const log = writeLog(folder);
  const first = (await metrics(folder, ['--log', log, '--json'])).json();
  assert.deepEqual([first.run.id, first.run.planHitRate], ['run-1', 0.25]);
  const { volume, wasted } = first.run.cameTrue.plan;
  assert.deepEqual([wasted.keys, wasted.sentKeys, wasted.bytes], [50, 100, 50_000]);
  assert.deepEqual([Math.round(volume.expectedReads), volume.share.toFixed(2)], [400, '1.00']);
  assert.deepEqual(first.run.cameTrue.replica.inSync, { reads: 399, hits: 399 });
  assert.deepEqual([first.logs[0].events, first.logs[0].rejected], [400, 1]);
  assert.deepEqual(first.parameters, []);
  const [, horizon] = ['minConfidence', 'horizonMs'].map((name) =>
    first.tuning.find((tuning: { name: string }) => tuning.name === name),
  );
  assert.match(horizon.reason, /within 50 % of the horizon; there is no access history to confirm a step on/);

  const again = await metrics(folder, ['run-1', '--log', log]);
  assert.match(again.stdout, /Reads of planned keys {2}25\.0 % came true, 60\.0 % expected/);
  assert.match(again.stdout, /1 line could not be read/);
  assertNarrow(again.stdout);

  const list = await metrics(folder, []);
  assert.match(list.stdout, /60\.0 % → 25\.0 %/);
});

test('--no-tune measures and tunes nothing; --tune tunes by what was measured', async () => {
  const folder = folderWith([longPlanRun()]);
  const log = writeLog(folder);
  const measured = (await metrics(folder, ['--log', log, '--no-tune', '--json'])).json();
  assert.deepEqual([measured.run.planHitRate, measured.tuning, measured.parameters], [0.25, [], []]);
  const tuned = (await metrics(folder, ['--tune', '--json'])).json();
  assert.equal(tuned.tuning.length, parameterNames.length);
});

test('a log that cannot be read leaves the earlier measurement', async () => {
  const folder = folderWith([longPlanRun()]);
  await metrics(folder, ['--log', writeLog(folder), '--no-tune']);
  const missing = await metrics(folder, ['--log', 'nowhere.csv']);
  assert.deepEqual([missing.exitCode, missing.stdout], [74, '']);
  assert.match(missing.stderr, /There is no nowhere\.csv/);
  assert.equal((await metrics(folder, ['run-1', '--json'])).json().run.planHitRate, 0.25);
});

test('the log may come on standard input, with its columns named', async () => {
  const folder = folderWith([longPlanRun()]);
  const input = `k1,${originMs + 1},9\nother,${originMs + 2},9\n`;
  const args = ['--log', '-', '--columns', 'key,time,size'];
  const result = await metrics(folder, [...args, '--json'], { input });
  assert.deepEqual([result.exitCode, result.json().run.planHitRate], [0, 0.5]);
  const { stdout } = await metrics(folder, args, { input });
  assert.match(stdout, /so far: the log ends before the horizon does/);
  assert.match(
    stdout,
    /minimum confidence \(0\.50\), order of hot rows \(reads\) and half-life \(2 d\) stay\n +because the log has 2 reads within the horizon, and it\s+takes\s+200/,
  );
  assertNarrow(stdout);
});

function assertNarrow(output: string): void {
  for (const line of output.split('\n')) {
    if (!line.includes(root)) assert.ok(line.length <= 80, `${line.length}: ${line}`);
  }
}
