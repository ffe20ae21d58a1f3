import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { ForesyncError } from '../../src/core/errors.ts';
import { addReplica } from '../../src/core/sync/add-replica.ts';
import { type PostgresPair, postgresPair } from '../support/postgres.ts';
import { postgresRun } from '../support/postgres-group.ts';

describe("tables that only PostgreSQL's newest versions have", () => {
  let pair: PostgresPair;
  before(async () => {
    pair = await postgresPair();
  });
  after(() => pair.stop());

  test('virtual columns, named NOT NULL, constraints that are not valid or not enforced, and keys WITHOUT OVERLAPS come along', async () => {
    pair.donor.sql(`CREATE TABLE modern (id int PRIMARY KEY, a int CONSTRAINT has_a NOT NULL, twice int GENERATED ALWAYS AS (a * 2), thrice int GENERATED ALWAYS AS (a * 3) STORED,
        late text, room int4range, during int4range, UNIQUE (room, during WITHOUT OVERLAPS), CONSTRAINT small CHECK (a < 3) NOT ENFORCED);
      INSERT INTO modern (id, a, room, during) SELECT g, g, int4range(g % 7, g % 7 + 1), int4range(g, g + 1) FROM generate_series(1, 2000) g;
      ALTER TABLE modern ADD CONSTRAINT has_late NOT NULL late NOT VALID`);
    await addReplica(postgresRun(pair, 'modern').options);
    const all = 'SELECT t::text FROM modern t ORDER BY id';
    assert.equal(pair.joiner.sql(all), pair.donor.sql(all));
    const definition = `SELECT attname, attgenerated, attnotnull FROM pg_attribute WHERE attrelid = 'modern'::regclass AND attnum > 0 ORDER BY attnum;
      SELECT conname, pg_get_constraintdef(oid), convalidated, conenforced FROM pg_constraint WHERE conrelid = 'modern'::regclass ORDER BY 1`;
    assert.equal(pair.joiner.sql(definition), pair.donor.sql(definition));
  });

  test('a primary key WITHOUT OVERLAPS is refused by name, and leaves nothing', async () => {
    pair.donor.sql(
      'CREATE TABLE temporal (id int4range, during daterange, PRIMARY KEY (id, during WITHOUT OVERLAPS))',
    );
    await assert.rejects(
      addReplica(postgresRun(pair, 'temporal').options),
      (error) => error instanceof ForesyncError && /WITHOUT OVERLAPS/.test(error.message),
    );
    assert.equal(pair.donor.sql('SELECT count(*) FROM pg_replication_slots'), '0');
  });
});
