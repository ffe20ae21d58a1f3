import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { systemClock, systemWait } from '../../../../src/core/clock.ts';
import { addReplica } from '../../../../src/core/sync/add-replica.ts';
import { Pace } from '../../../../src/core/sync/pace.ts';
import { planOf } from '../../../support/local-group.ts';
import { type PostgresPair, postgresPair, withoutPostgres } from '../../../support/postgres.ts';
import { conninfoOf, postgresRun } from '../../../support/postgres-group.ts';
import { VersionReaders, VersionWriter, versionedTable } from '../../../support/postgres-readers.ts';

describe('reads at a joiner at PostgreSQL while it is built', { skip: withoutPostgres }, () => {
  let pair: PostgresPair;
  before(async () => {
    pair = await postgresPair();
    pair.joiner.sql('CREATE EXTENSION postgres_fdw');
  });
  after(() => pair.stop());

  const slow = (bytesPerSecond: number) => new Pace(bytesPerSecond, systemClock, systemWait);

  test('no reader of a key sees it go back, from the first answer to the table in its place', async () => {
    pair.donor.sql(versionedTable);
    const writer = new VersionWriter(pair.donor, 1);
    const readers = new VersionReaders(pair.joiner, 1);
    const plan = planOf({ lead: Array.from({ length: 30 }, (_, place) => 1 + 108 * place) });
    const { options, events } = postgresRun(pair, 'versioned', {
      ...{ plan, pace: slow(1_500_000), serveSql: { conninfo: conninfoOf(pair) } },
    });
    try {
      await addReplica(options);
    } finally {
      await writer.stop();
      await readers.stop();
    }
    console.log(readers.reads, readers.errors, events.filter((e) => e.type === 'note'), events.filter((e) => e.type === 'phase' ).map((e) => [e.atMs, JSON.stringify(e)]));
    assert.deepEqual(readers.backwards, []);
    assert.ok(readers.reads > 500, `${readers.reads}`);
  });
});
