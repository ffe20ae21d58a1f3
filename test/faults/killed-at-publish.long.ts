import assert from 'node:assert/strict';
import { copyFileSync, existsSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { runCli } from '../support/cli.ts';
import { donorState, filesIn, joinArguments, shopFolder, statusOf } from '../support/cli-shop.ts';
import { database, rowsOf, schemaOf, type TestContext } from '../support/tables.ts';

/** Loaded into the joiner's agent: kills the command and then the agent as soon as the table has appeared. */
const killer = `
import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
for (const name of ['renameSync', 'rmSync']) {
  const change = fs[name];
  fs[name] = (...args) => {
    const done = change(...args);
    const isPlaced = name === 'renameSync' ? /joiner\\.db$/.test(args[1]) : /joiner\\.db\\.foresync-joining$/.test(args[0]);
    const isThere = isPlaced && fs.existsSync('joiner.db') && fs.readFileSync('joiner.db').includes('CREATE TABLE items');
    if (isThere) for (const pid of [process.ppid, process.pid]) process.kill(pid, 'SIGKILL');
    return done;
  };
}
syncBuiltinESMExports();
`;

/** A run that died when its table had just appeared, and before it could note so. */
async function leaveAtPublish(t: TestContext, { amongOthers = false } = {}) {
  const cwd = shopFolder(t, 3000);
  const joiner = path.join(cwd, 'joiner.db');
  const donor = donorState(cwd);
  if (amongOthers) database(t, joiner, 'CREATE TABLE mine(a)');
  const hook = path.join(cwd, 'killer.mjs');
  writeFileSync(hook, killer);
  const env = { NODE_OPTIONS: `--import ${pathToFileURL(hook).href}` };
  const { signal } = await runCli(joinArguments('j'), { cwd, env });
  assert.equal(signal, 'SIGKILL');
  rmSync(hook);
  assert.equal(rowsOf(joiner, 'items').length, donor.rows.length);
  const [dead] = (await statusOf(cwd)).unfinished;
  assert.deepEqual([dead?.standing, dead?.run.inSyncAtMs], ['died', undefined]);
  return { cwd, joiner, donor };
}

for (const amongOthers of [false, true])
  test(`a run that died when its table had just appeared${amongOthers ? ' among others' : ''} is gone on with, to its good end`, async (t) => {
    const { cwd, joiner, donor } = await leaveAtPublish(t, { amongOthers });
    database(t, path.join(cwd, 'shop.db')).exec(
      "UPDATE items SET body = 'later' WHERE id < 50; DELETE FROM items WHERE id BETWEEN 60 AND 70",
    );
    const { exitCode, stdout, stderr } = await runCli(['resume', '--json'], { cwd });
    assert.equal(exitCode, 0, stderr);
    const { rows } = donorState(cwd);
    assert.notDeepEqual(rows, donor.rows);
    assert.deepEqual(rowsOf(joiner, 'items'), rows);
    assert.equal(JSON.parse(stdout).rows, rows.length);
    assert.deepEqual(schemaOf(path.join(cwd, 'shop.db')), donor.schema);
    assert.ok(!schemaOf(joiner).some((entry) => entry.includes('foresync')));
    assert.deepEqual(filesIn(cwd), ['foresync.yaml', 'joiner.db', 'shop.db']);
    const { ended, unfinished } = await statusOf(cwd);
    assert.deepEqual([ended.map(({ standing }) => standing), unfinished], [['done', 'died'], []]);
  });

test('where the table is gone at the lead, it leaves the one of the joiner, which was proven, and nothing else', async (t) => {
  const { cwd, joiner, donor } = await leaveAtPublish(t);
  database(t, path.join(cwd, 'shop.db')).exec('DROP TABLE items');
  const { exitCode, stdout } = await runCli(['resume', '--json'], { cwd });
  assert.deepEqual([exitCode, JSON.parse(stdout).error.code], [65, 'table-dropped']);
  assert.deepEqual(rowsOf(joiner, 'items'), donor.rows);
  for (const file of [joiner, path.join(cwd, 'shop.db')])
    assert.ok(!schemaOf(file).some((entry) => entry.includes('foresync')), file);
});

test('given up, it leaves the table, which was proven, and nothing else', async (t) => {
  const { cwd, joiner, donor } = await leaveAtPublish(t);
  const { exitCode, stderr } = await runCli(['abort', '--yes'], { cwd });
  assert.equal(exitCode, 0, stderr);
  assert.deepEqual(rowsOf(joiner, 'items'), donor.rows);
  assert.ok(!schemaOf(joiner).some((entry) => entry.includes('foresync')));
  assert.deepEqual(donorState(cwd), donor);
});

test('a table that somebody else has put there since is not taken for its own', async (t) => {
  const { cwd, joiner, donor } = await leaveAtPublish(t);
  for (const suffix of ['', '-wal', '-shm']) rmSync(`${joiner}${suffix}`, { force: true });
  copyFileSync(path.join(cwd, 'shop.db'), joiner);
  const stranger = database(t, joiner);
  for (const name of schemaOf(joiner).filter((entry) => entry.includes('_foresync')))
    if (name.startsWith('table ')) stranger.exec(`DROP TABLE "${name.split(' ')[1]}"`);
    else if (name.startsWith('trigger ')) stranger.exec(`DROP TRIGGER IF EXISTS "${name.split(' ')[1]}"`);
  stranger.exec("UPDATE items SET body = 'theirs'");
  const theirs = rowsOf(joiner, 'items');
  const { exitCode, stdout } = await runCli(['resume', '--json'], { cwd });
  assert.deepEqual([exitCode, JSON.parse(stdout).error.code], [73, 'joiner-has-table']);
  assert.deepEqual(rowsOf(joiner, 'items'), theirs);
  assert.deepEqual(donorState(cwd), donor);
  assert.ok(existsSync(joiner));
});
