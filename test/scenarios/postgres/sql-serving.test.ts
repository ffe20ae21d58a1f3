import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import { runCli } from '../../support/cli.ts';
import { type PostgresPair, postgresPair, withoutPostgres } from '../../support/postgres.ts';
import { conninfoOf } from '../../support/postgres-group.ts';
import { RunningCli } from '../../support/running-cli.ts';
import { temporaryFolder } from '../../support/tables.ts';

describe('reads at a new PostgreSQL replica, from an operator’s place', { skip: withoutPostgres }, () => {
  let pair: PostgresPair;
  before(async () => {
    pair = await postgresPair();
    pair.donor.sql(
      'CREATE TABLE goods AS SELECT g::bigint AS id, repeat(md5(g::text), 8) AS body FROM generate_series(1, 20000) g; ALTER TABLE goods ADD PRIMARY KEY (id)',
    );
  });
  after(() => pair.stop());

  function place(t: { after(work: () => unknown): void }): { folder: string; args: string[] } {
    const folder = temporaryFolder(t as never);
    const replicas = { east: { store: pair.donor.store() } };
    writeFileSync(
      path.join(folder, 'foresync.yaml'),
      JSON.stringify({ group: 'shop', table: 'goods', lead: 'east', replicas }),
    );
    const args = [
      'add-replica',
      'west',
      '--host',
      'local',
      '--store',
      pair.joiner.store(),
      '--hand-over',
      'none',
    ];
    return { folder, args: [...args, '--serve-sql'] };
  }

  test('they are answered from a run that was stopped until it is aborted, and a password is kept nowhere here', async (t) => {
    const { folder, args } = place(t);
    const refused = await runCli([...args, '--no-plan', '--dry-run'], { cwd: folder });
    assert.equal(refused.exitCode, 78);
    assert.match(refused.stdout + refused.stderr, /CREATE EXTENSION postgres_fdw/);
    pair.joiner.sql('CREATE EXTENSION postgres_fdw');
    const env = { FORESYNC_CONNINFO: `${conninfoOf(pair)} password=hush-hush` };
    const run = new RunningCli([...args, '--no-plan', '--bwlimit', '300KB', '--progress', 'plain'], {
      cwd: folder,
      env,
    });
    await run.says(/Reads of goods are answered at the joiner; 20,000 rows/);
    run.kill('SIGINT');
    const stopped = await run.ended;
    assert.equal(stopped.exitCode, 75, stopped.stderr);
    assert.equal(pair.joiner.sql('SELECT id FROM goods WHERE id = 19999'), '19999');
    assert.doesNotMatch(stopped.stdout + stopped.stderr, /hush-hush/);
    assert.equal(readFileSync(path.join(folder, 'foresync.db')).includes('hush-hush'), false);
    const unknown = await runCli(['resume', '--dry-run'], { cwd: folder });
    assert.equal(unknown.exitCode, 78);
    assert.match(unknown.stderr, /with a password, which the journal does not keep/);
    const known = await runCli(['resume', '--dry-run'], { cwd: folder, env });
    assert.equal(known.exitCode, 0, known.stderr);
    const aborted = await runCli(['abort', '--yes'], { cwd: folder });
    assert.equal(aborted.exitCode, 0, aborted.stderr);
    assert.equal(
      pair.joiner.sql(
        "SELECT (SELECT count(*) FROM pg_class WHERE relname IN ('goods') OR relname LIKE 'foresync%'), (SELECT count(*) FROM pg_foreign_server), (SELECT count(*) FROM pg_user_mapping), (SELECT count(*) FROM pg_namespace WHERE nspname = 'foresync')",
      ),
      '0|0|0|0',
    );
    assert.equal(pair.donor.sql('SELECT count(*) FROM pg_replication_slots'), '0');
  });

  test('metrics tell what was warmed, and how many pages its readers found in memory', async (t) => {
    const { folder, args } = place(t);
    const origin = new Date().toISOString();
    const header = {
      kind: 'foresync.plan',
      version: 1,
      group: 'shop',
      table: 'goods',
      origin,
      horizonMs: 86_400_000,
    };
    const plan = [
      { ...header, model: 'auto', minConfidence: 0.5, entries: 1, expectedHitRate: 0.5 },
      {
        key: 77,
        confidence: 0.9,
        expectedAt: origin,
        expectedReads: 5,
        expectedWrites: 0,
        sizeBytes: 300,
        model: 'decay',
      },
    ];
    writeFileSync(path.join(folder, 'plan.jsonl'), plan.map((line) => `${JSON.stringify(line)}\n`).join(''));
    const done = await runCli([...args, '--plan', 'plan.jsonl', '--json', '--progress', 'plain'], {
      cwd: folder,
    });
    assert.equal(done.exitCode, 0, done.stderr);
    assert.match(done.stderr, /warmed {2}1 planned row, /);
    const { runId } = JSON.parse(done.stdout);
    pair.joiner.sql('SELECT body FROM goods WHERE id = 77');
    const told = await runCli(['metrics', runId, '--json'], { cwd: folder });
    const { run, buffers } = JSON.parse(told.stdout);
    assert.equal(run.figures.warmed.rows, 1);
    assert.ok(buffers.hits > 0, told.stdout);
    await pair.joiner.stop('fast');
    const shown = await runCli(['metrics', runId], { cwd: folder });
    assert.equal(shown.exitCode, 0, shown.stderr);
    assert.match(shown.stdout, /warmed +1 planned row/);
    assert.match(shown.stdout, /buffers +not known: west: The server at/);
  });
});
