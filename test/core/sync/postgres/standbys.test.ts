import assert from 'node:assert/strict';
import { after, afterEach, before, describe, test } from 'node:test';
import { addReplica } from '../../../../src/core/sync/add-replica.ts';
import { type PostgresServer, withoutPostgres } from '../../../support/postgres.ts';
import {
  fleetRun,
  hotRowsOf,
  keyReads,
  type PostgresFleet,
  postgresFleet,
} from '../../../support/postgres-standbys.ts';
import { PostgresWriter } from '../../../support/postgres-writer.ts';

describe('planned rows out of standbys', { skip: withoutPostgres }, () => {
  let fleet: PostgresFleet;
  before(async () => {
    fleet = await postgresFleet(2);
    fleet.donor.sql(PostgresWriter.table);
  });
  after(() => fleet.stop());
  afterEach(() => {
    fleet.joiner.sql('DROP TABLE IF EXISTS live');
    fleet.donor.sql('SELECT pg_stat_statements_reset()');
  });

  test('the lead is asked for none of them, each standby gives a share, and what is written meanwhile is there', async () => {
    const [west, east] = fleet.standbys as [PostgresServer, PostgresServer];
    const writer = new PostgresWriter(fleet.donor, 7);
    let reads: number | undefined;
    const { options, events } = fleetRun(fleet, { west, east }, {}, ({ type }) => {
      // Later some are asked for once more, because their keys change on their way.
      if (type === 'hot-ready') reads = keyReads(fleet.donor);
    });
    await addReplica(options).finally(() => writer.stop());
    assert.equal(reads, 0);
    assert.equal(hotRowsOf(events, 'lead'), 0);
    assert.ok(hotRowsOf(events, 'west') > 0 && hotRowsOf(events, 'east') > 0);
    assert.ok(
      events.some((event) => event.type === 'donor' && event.donor === 'east' && event.state === 'done'),
    );
  });
});
