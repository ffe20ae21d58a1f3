import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { addReplica } from '../../../src/core/sync/add-replica.ts';
import type { RunEvent } from '../../../src/core/sync/events.ts';
import { makePgbenchTables, Pgbench } from '../../support/pgbench.ts';
import {
  type PostgresPair,
  type PostgresServer,
  postgresPair,
  withoutPostgres,
} from '../../support/postgres.ts';
import { conninfoOf, postgresRun } from '../../support/postgres-group.ts';

const table = 'pgbench_accounts';

/** A replica of one of pgbench's tables, while its own script writes to all of them: to each account that it pays something, and what the tellers and branches have. */
describe('a replica of pgbench_accounts under pgbench', { skip: withoutPostgres }, () => {
  let pair: PostgresPair;
  let bench: Pgbench;
  before(async () => {
    pair = await postgresPair();
    makePgbenchTables(pair.donor, 2);
    bench = new Pgbench(pair.donor, { clients: 3, perSecond: 300 });
  });
  after(async () => {
    await bench.stop();
    await pair.stop();
  });

  /** Rows of the table, by their hash: all columns of all of them. */
  const hashOf = (server: PostgresServer) =>
    server.sql(`SELECT count(*), sum(hashtextextended(t::text, 0)) FROM ${table} t`);

  /** Adds a replica, with something done to a server when the copy is at some place, and lets pgbench write on for a while under the subscription. */
  async function join(
    when: (event: RunEvent) => boolean,
    what: () => Promise<void>,
  ): Promise<{ lost: number }> {
    let done: Promise<void> | undefined;
    const handOver = { kind: 'subscription' as const, conninfo: conninfoOf(pair) };
    const { options, events } = postgresRun(pair, table, { handOver, retries: 20 }, (event) => {
      if (!done && when(event)) done = what();
    });
    await addReplica(options);
    assert.ok(done, 'it came to that place');
    await done;
    const paid = () => Number(pair.donor.sql('SELECT count(*) FROM pgbench_history'));
    const before = paid();
    await until(() => paid() > before + 100);
    await bench.stop();
    await until(() => hashOf(pair.joiner) === hashOf(pair.donor));
    return { lost: events.filter(({ type }) => type === 'lost').length };
  }

  async function forget(): Promise<void> {
    const name = pair.joiner.sql('SELECT subname FROM pg_subscription');
    pair.joiner.sql(`DROP SUBSCRIPTION ${name}`);
    pair.joiner.sql(`DROP TABLE ${table}`);
    pair.donor.sql(`DROP PUBLICATION ${name}`);
    bench = new Pgbench(pair.donor, { clients: 3, perSecond: 300 });
  }

  const inSnapshot = (event: RunEvent) => event.type === 'rows' && event.kind === 'snapshot';

  test('handed over while it writes, both tables are equal when it ends', async () => {
    const { lost } = await join(
      ({ type }) => type === 'hot-ready' || type === 'table',
      async () => undefined,
    );
    assert.equal(lost, 0);
    await forget();
  });

  test('the primary crashes in the middle, and is started again', async () => {
    const { lost } = await join(inSnapshot, async () => {
      await pair.donor.stop('immediate');
      await pair.donor.startAgain();
      await bench.stop();
      bench = new Pgbench(pair.donor, { clients: 3, perSecond: 300 });
    });
    assert.ok(lost > 0);
    await forget();
  });

  test("the joiner's server crashes in the middle, and is started again", async () => {
    const { lost } = await join(inSnapshot, async () => {
      await pair.joiner.stop('immediate');
      await pair.joiner.startAgain();
    });
    assert.ok(lost > 0);
  });
});

async function until(isSo: () => boolean): Promise<void> {
  for (let tries = 0; tries < 600 && !isSo(); tries++)
    await new Promise((resolve) => setTimeout(resolve, 100));
  assert.ok(isSo());
}
