import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { addReplica } from '../../src/core/sync/add-replica.ts';
import { machinePostgres, postgresPair, postgresPrograms } from '../support/postgres.ts';
import { conninfoOf, postgresRun } from '../support/postgres-group.ts';
import { PostgresWriter } from '../support/postgres-writer.ts';

const [older, newer] = [machinePostgres(), postgresPrograms()];
const all = 'SELECT t::text FROM live t ORDER BY id';

describe('servers of two versions', { skip: older === undefined && 'the machine has no server' }, () => {
  for (const [name, programs] of [
    ['an older donor and the newest joiner', { donor: older, joiner: newer }],
    ['the newest donor and an older joiner', { donor: newer, joiner: older }],
  ] as const)
    test(`${name} end equal under a writer, and the subscription goes on`, async () => {
      const pair = await postgresPair({}, programs as { donor: string; joiner: string });
      try {
        const version = 'SHOW server_version_num';
        assert.notEqual(pair.donor.sql(version), pair.joiner.sql(version));
        pair.donor.sql(PostgresWriter.table);
        const writer = new PostgresWriter(pair.donor, 3);
        const handOver = { kind: 'subscription', conninfo: conninfoOf(pair) } as const;
        await addReplica(postgresRun(pair, 'live', { handOver }).options).finally(() => writer.stop());
        pair.donor.sql("INSERT INTO live VALUES (90000, 1, 'written afterwards')");
        const wanted = pair.donor.sql(all);
        for (let tries = 0; tries < 400 && pair.joiner.sql(all) !== wanted; tries++)
          await new Promise((resolve) => setTimeout(resolve, 50));
        assert.equal(pair.joiner.sql(all), wanted);
      } finally {
        await pair.stop();
      }
    });
});
