import assert from 'node:assert/strict';
import { existsSync, rmSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { type TestContext, test } from 'node:test';
import { zstdCompressSync } from 'node:zlib';
import { openState } from '../../src/core/state/open.ts';
import { type RunRecord, recordRun } from '../../src/core/state/runs.ts';
import { examplePlan, exampleRun, exampleSnapshot, startMs } from '../core/metrics/run-example.ts';
import { runCli } from '../support/cli.ts';
import { startSshd } from '../support/sshd.ts';
import { temporaryFolder } from '../support/tables.ts';

/** 400 reads, ten milliseconds apart: the first quarter missed. */
function servedLog(reads = 400): string {
  return Array.from({ length: reads }, (_, n) => {
    const time = new Date(startMs + n * 10).toISOString();
    return `${JSON.stringify({ time, key: n % 2 ? 'a' : 'x', op: 'read', hit: n >= 100, found: true })}\n`;
  }).join('');
}

/** A run whose joiner logged its reads at that host, and the file that they are in. */
function servedRun(t: TestContext, host = 'local', more: Partial<RunRecord> = {}, served = {}) {
  const folder = temporaryFolder(t);
  const file = path.join(folder, 'reads.jsonl');
  writeFileSync(file, servedLog());
  const snapshot = exampleSnapshot();
  snapshot.serving = {
    address: '127.0.0.1:8080',
    sinceMs: startMs,
    reads: 400,
    keysUnderWay: 0,
    notLogged: 0,
    hits: 300,
    log: { host, file },
    ...served,
  };
  record(folder, { ...exampleRun(snapshot), plan: zstdCompressSync(examplePlan), ...more });
  return { folder, file };
}

function record(folder: string, run: RunRecord): void {
  const state = openState(path.join(folder, 'foresync.db'));
  recordRun(state, run);
  state.close();
}

async function metrics(folder: string, args: string[], env: Record<string, string> = {}) {
  const result = await runCli(['metrics', ...args], {
    cwd: folder,
    env: { LANG: 'C.UTF-8', LC_ALL: undefined, ...env },
  });
  return { ...result, json: () => JSON.parse(result.stdout) };
}

test('a run is measured by the log that its joiner wrote, without being asked, once', async (t) => {
  const { folder, file } = servedRun(t);
  const { stdout, exitCode } = await metrics(folder, ['run-1']);
  assert.equal(exitCode, 0);
  assert.match(stdout, /Hit rate {10}75\.0 %: the joiner answered 300 of 400 reads by itself/);
  assert.match(stdout, /Hits are measured: the joiner logged/);
  assert.match(stdout, /90 % {2}from 0\.9 s on\n/);
  assert.match(stdout, /It has 6\.0 times the 67 reads expected of the whole group\.\n/);
  assert.match(stdout, /planned +150 of 200 +75\.0 %/);
  for (const line of stdout.split('\n')) assert.ok(line.length <= 80, line);
  // It is kept, and the log of a run that has ended does not grow.
  rmSync(file);
  const again = (await metrics(folder, ['run-1', '--json'])).json();
  assert.deepEqual([again.run.replicaHitRate, again.notMeasured, again.logs], [0.75, undefined, []]);
  const narrow = await metrics(folder, ['run-1', '--plain']);
  assert.match(narrow.stdout, /before hot-ready: 100 of 200 reads, 50\.0 %\./);
  assert.match(narrow.stdout, /hit rate of reads in time: /);
});

test('reads that the log does not have are told beside what was measured', async (t) => {
  const { folder } = servedRun(t, 'local', {}, { reads: 412, notLogged: 12 });
  const { stdout } = await metrics(folder, ['run-1']);
  assert.match(stdout.replace(/\s+/g, ' '), /12 reads are not in the joiner's log, and not measured/);
  assert.equal((await metrics(folder, ['run-1', '--json'])).json().run.figures.serving.notLogged, 12);
});

test('the list measures the newest run, and says in one line why it could not', async (t) => {
  const { folder, file } = servedRun(t);
  rmSync(file);
  const gone = await metrics(folder, []);
  assert.deepEqual([gone.exitCode, gone.stderr], [0, '']);
  assert.match(gone.stdout.replace(/\s+/g, ' '), /The joiner's own log was not measured\. There is no/);
  writeFileSync(file, servedLog());
  assert.equal((await metrics(folder, ['--json'])).json().runs[0].replicaHitRate, 0.75);
  const listed = (await metrics(folder, [])).stdout;
  assert.match(listed, /run-1 .* eu-west +75\.0 % +2\.0 s +10\.0 s\n/);
  assert.match(
    listed,
    /reads of planned keys: 60\.0 % -> 50\.0 %\n|reads of planned keys: 60\.0 % → 50\.0 %\n/,
  );
});

test("with another log beside it, the joiner's own counts where both cover the same time", async (t) => {
  const { folder, file } = servedRun(t);
  const balancer = path.join(folder, 'balancer.csv');
  const lines = [startMs + 5, startMs + 3000, startMs + 20_000].map((atMs) => `${atMs},GET,x`);
  writeFileSync(balancer, `time,op,key\n${lines.join('\n')}\n`);
  const both = (await metrics(folder, ['run-1', '--log', balancer, '--json'])).json();
  const { replica, leftOut } = both.run.cameTrue;
  assert.deepEqual([replica.reads, replica.measured.reads, leftOut.twice], [401, 400, 2]);
  assert.deepEqual(
    both.logs.map(({ isServed }: { isServed: boolean }) => isServed),
    [true, false],
  );
  // Without it the other one is measured alone, and takes nothing away.
  rmSync(file);
  const alone = await metrics(folder, ['run-1', '--log', balancer]);
  assert.equal(alone.exitCode, 0);
  assert.match(alone.stdout, /Hits are modelled/);
  assert.match(alone.stdout, /Not kept: what was measured by the joiner's own log stays/);
  assert.equal((await metrics(folder, ['run-1', '--json'])).json().run.cameTrue.replica.reads, 401);
});

test('the log is fetched from its host over ssh', async (t) => {
  const sshd = await startSshd();
  t.after(() => sshd.stop());
  const { folder, file } = servedRun(t, sshd.destination);
  const env = { FORESYNC_SSH_CONFIG: sshd.configFile };
  const { run, logs } = (await metrics(folder, ['run-1', '--json'], env)).json();
  assert.deepEqual([run.replicaHitRate, logs[0].name], [0.75, `${sshd.destination}:${file}`]);
  record(folder, {
    ...exampleRun({
      ...exampleSnapshot(),
      serving: {
        address: 'x',
        sinceMs: startMs,
        reads: 1,
        hits: 1,
        keysUnderWay: 0,
        notLogged: 0,
        log: { host: 'nowhere.invalid', file },
      },
    }),
    id: 'run-2',
  });
  const unreachable = await metrics(folder, ['run-2'], env);
  assert.equal(unreachable.exitCode, 0);
  assert.match(unreachable.stdout.replace(/\s+/g, ' '), /was not measured\. Cannot reach nowhere\.invalid/);
});

test('a run that was aborted is measured as far as it came, and tunes nothing', async (t) => {
  const { folder } = servedRun(t, 'local', { outcome: 'aborted' });
  const { stdout, exitCode } = await metrics(folder, ['run-1', '--tune']);
  assert.equal(exitCode, 0);
  assert.match(stdout, /What came true, by the joiner's log, as far as the run came/);
  assert.match(stdout, /75\.0 %: the joiner answered 300 of 400 reads by itself/);
  assert.match(stdout, /It tunes nothing: the run did not come to its good end\./);
  assert.deepEqual((await metrics(folder, ['run-1', '--tune', '--json'])).json().tuning, []);
});

test('a log that is cut, one from before the joiner, and one by a wrong clock are told as such', async (t) => {
  const { folder, file } = servedRun(t);
  writeFileSync(file, `${servedLog().slice(0, -5)}`);
  const cut = await metrics(folder, ['run-1']);
  assert.match(cut.stdout.replace(/\s+/g, ' '), /ends in the middle of a line: up to there it was counted\./);
  assert.match(cut.stdout, /of 399 /);

  const early = path.join(folder, 'early.csv');
  writeFileSync(early, `time,op,key\n${startMs - 30_000},GET,a\n${startMs + 11_000},GET,a\n`);
  const other = servedRun(t);
  rmSync(other.file);
  const flagged = await metrics(other.folder, ['run-1', '--log', early]);
  assert.match(
    flagged.stdout.replace(/\s+/g, ' '),
    /1 read came before the run began, when there was no joiner/,
  );

  const ahead = path.join(folder, 'ahead.csv');
  writeFileSync(ahead, `time,op,key\n${startMs + 11_000},GET,a\n${Date.now() + 7_200_000},GET,a\n`);
  const told = await metrics(other.folder, ['run-1', '--log', ahead, '--dry-run']);
  assert.match(told.stdout.replace(/\s+/g, ' '), /The clocks disagree: 1 read came later than now\./);

  const wrong = path.join(folder, 'wrong.csv');
  writeFileSync(wrong, `time,op,key\n${startMs - 90 * 86_400_000},GET,a\n`);
  const refused = await metrics(other.folder, ['run-1', '--log', wrong]);
  assert.deepEqual([refused.exitCode, refused.stdout], [65, '']);
  assert.match(refused.stderr, /The log .*wrong\.csv is of another time: it has 1 read from/);
});

test('two runs side by side, as a table, as sentences and as JSON', async (t) => {
  const { folder } = servedRun(t);
  const slower = exampleSnapshot();
  slower.inSyncAtMs = startMs + 12_500;
  record(folder, { ...exampleRun(slower), id: 'slow-run', startedMs: startMs });
  await metrics(folder, ['run-1']);
  const table = await metrics(folder, ['run-1', 'slow']);
  assert.match(table.stdout, /initial sync time +10\.0 s +12\.5 s +\+2\.5 s, worse\n/);
  assert.match(table.stdout, /\n {2}hit rate +75\.0 % +-\n/);
  assert.match(table.stdout, /outcome +in sync, verified equal\n/);
  assert.match(table.stdout.replace(/\s+/g, ' '), /reads of planned keys: the plan's share/);
  for (const line of table.stdout.split('\n')) assert.ok(line.length <= 80, line);
  const plain = await metrics(folder, ['run-1', 'slow', '--plain']);
  assert.match(plain.stdout, /initial sync time: 10\.0 s, then 12\.5 s, more by 2\.5 s, worse\./);
  assert.match(plain.stdout, /\n {2}hit rate: 75\.0 %, then not known\./);
  const { compared, values } = (await metrics(folder, ['run-1', 'slow', '--json'])).json();
  assert.deepEqual(
    compared.map(({ id }: { id: string }) => id),
    ['run-1', 'slow-run'],
  );
  assert.equal(values[0].difference, 2500);
  const unknown = await metrics(folder, ['run-1', 'nope']);
  assert.equal(unknown.exitCode, 64);
  const both = await metrics(folder, ['run-1', 'slow', '--log', 'x.csv']);
  assert.deepEqual([both.exitCode, both.stdout], [64, '']);
  const trend = await metrics(folder, ['--plain']);
  assert.match(trend.stdout, /initial sync time: 12\.5 s, 10\.0 s\.|initial sync time: 10\.0 s, 12\.5 s\./);
});

test('--prometheus puts a whole file in the place of the old one, readable by the collector', async (t) => {
  const { folder } = servedRun(t);
  const file = path.join(folder, 'foresync.prom');
  writeFileSync(file, 'old\n', { mode: 0o600 });
  const told = await metrics(folder, ['--prometheus', 'foresync.prom', '--dry-run', '--json']);
  assert.deepEqual(told.json(), { prometheus: { file, runs: 1, dryRun: true } });
  assert.equal(statSync(file).size, 4);
  const before = statSync(file).ino;
  const { stdout, exitCode } = await metrics(folder, ['--prometheus', 'foresync.prom']);
  assert.deepEqual([exitCode, stdout], [0, 'foresync.prom has 1 run, the newest of each joiner.\n']);
  assert.notEqual(statSync(file).ino, before);
  assert.equal(statSync(file).mode & 0o777, 0o644);
  const failed = await metrics(folder, ['--prometheus', 'no/such/foresync.prom']);
  assert.equal(failed.exitCode, 74);
  assert.match(failed.stderr, /cannot be written: no such file or directory/);
  assert.equal((await metrics(folder, ['run-1', '--prometheus', 'x.prom'])).exitCode, 64);
  const empty = temporaryFolder(t);
  assert.equal((await metrics(empty, ['--prometheus', 'foresync.prom'])).exitCode, 0);
  assert.equal(statSync(path.join(empty, 'foresync.prom')).size, 0);
  assert.equal(existsSync(path.join(empty, 'foresync.db')), false);
});
