import assert from 'node:assert/strict';
import { readdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import { runCli } from '../../support/cli.ts';
import { makePgbenchTables, runPgbench } from '../../support/pgbench.ts';
import {
  type PostgresPair,
  type PostgresServer,
  postgresPair,
  withoutPostgres,
} from '../../support/postgres.ts';
import { temporaryFolder } from '../../support/tables.ts';

/** As PostgreSQL's documentation has it for logs that programs read. */
const logging = {
  logging_collector: 'on',
  log_destination: 'csvlog',
  log_directory: '../log',
  log_filename: 'postgresql.log',
  log_file_mode: '0644',
  log_statement: 'all',
  log_timezone: 'UTC',
};

/** Some accounts are asked for much more often than others. */
const reads = `\\set aid random_zipfian(1, 100000, 1.3)
SELECT abalance FROM pgbench_accounts WHERE aid = :aid;
`;
const keyPattern = 'FROM pgbench_accounts WHERE aid = (?<key>\\d+)';

describe('from what a server logs to a replica that its own replication keeps', {
  skip: withoutPostgres,
}, () => {
  let pair: PostgresPair;
  before(async () => {
    pair = await postgresPair({ donor: logging, joiner: logging });
    makePgbenchTables(pair.donor);
    runPgbench(pair.donor, reads, { times: 2000 });
  });
  after(() => pair.stop());

  function logOf(server: PostgresServer): string {
    const folder = path.join(server.socketFolder, 'log');
    const [file] = readdirSync(folder).filter((name) => name.endsWith('.csv'));
    return path.join(folder, file ?? 'none.csv');
  }

  test('hot accounts go first, what is written later arrives, and the log of the replica says what it was worth', async (t) => {
    const folder = temporaryFolder(t);
    const replicas = { east: { store: pair.donor.store(), logs: [logOf(pair.donor)] } };
    const group = { group: 'bank', table: 'pgbench_accounts', lead: 'east', replicas };
    writeFileSync(path.join(folder, 'foresync.yaml'), JSON.stringify(group));
    const foresync = async (...args: string[]) => {
      const ended = await runCli(args, { cwd: folder });
      assert.equal(ended.exitCode, 0, `${args[0]}: ${ended.stderr}${ended.stdout}`);
      return ended.stdout;
    };
    const analyzed = JSON.parse(await foresync('analyze', '--key-pattern', keyPattern, '--json'));
    assert.equal(analyzed.events, 2000);
    await foresync('plan', '--out', 'plan.jsonl');
    const store = pair.joiner.store();
    const place = ['--host', 'local', '--store', store];
    const added = JSON.parse(
      await foresync('add-replica', 'west', ...place, '--plan', 'plan.jsonl', '--json'),
    );
    assert.equal(added.rows, 100_000);
    assert.ok(added.run.plan.arrivedKeys > 0);

    pair.donor.sql('UPDATE pgbench_accounts SET abalance = 77 WHERE aid <= 10');
    const changed = 'SELECT count(*) FROM pgbench_accounts WHERE abalance = 77';
    for (let tries = 0; tries < 400 && pair.joiner.sql(changed) !== '10'; tries++)
      await new Promise((resolve) => setTimeout(resolve, 50));
    assert.equal(pair.joiner.sql(changed), '10');

    runPgbench(pair.joiner, reads, { times: 500 });
    const log = ['--log', logOf(pair.joiner), '--key-pattern', keyPattern];
    const { run } = JSON.parse(await foresync('metrics', ...log, '--json'));
    assert.equal(run.replicaHitRate, 1);
    assert.ok(run.planHitRate > 0.5, `${run.planHitRate}`);
    const name = pair.joiner.sql('SELECT subname FROM pg_subscription');
    const { slots } = JSON.parse(await foresync('status', '--json'));
    assert.deepEqual(
      slots.map((slot: { name: string; use: string; joiner: string }) => [slot.name, slot.use, slot.joiner]),
      [[name, 'subscription', 'west']],
    );
  });
});
