import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { addReplica } from '../../../../src/core/sync/add-replica.ts';
import { listSlots, takeSlot } from '../../../../src/core/sync/postgres/slots.ts';
import { takeAway } from '../../../../src/core/sync/take-away.ts';
import { planOf } from '../../../support/local-group.ts';
import { type PostgresPair, postgresPair, withoutPostgres } from '../../../support/postgres.ts';
import { conninfoOf, postgresRun } from '../../../support/postgres-group.ts';

describe('adding a replica at PostgreSQL', { skip: withoutPostgres }, () => {
  let pair: PostgresPair;
  before(async () => {
    pair = await postgresPair();
  });
  after(() => pair.stop());

  test('a table is copied, proven equal and put in its place, and nothing is left', async () => {
    pair.donor.sql(
      `CREATE TABLE items (id bigint PRIMARY KEY, name text NOT NULL, price numeric(10,2), made timestamptz DEFAULT now());
       INSERT INTO items SELECT g, 'item ' || g, g * 1.5 FROM generate_series(1, 60000) g;
       CREATE INDEX items_by_name ON items (name);`,
    );
    const { options, events } = postgresRun(pair, 'items', {
      plan: planOf({ lead: [7, 8, 'none', 59_999] }),
    });
    const result = await addReplica(options);
    assert.equal(result.rows, 60_000);
    const all = 'SELECT * FROM items ORDER BY id';
    assert.equal(pair.joiner.sql(all), pair.donor.sql(all));
    assert.ok(events.some(({ type }) => type === 'hot-ready'));
    assert.equal(pair.donor.sql('SELECT count(*) FROM pg_replication_slots'), '0');
    assert.equal(pair.donor.sql('SELECT count(*) FROM pg_publication'), '0');
    assert.equal(pair.joiner.sql("SELECT count(*) FROM pg_namespace WHERE nspname = 'foresync'"), '0');
    assert.equal(
      pair.joiner.sql("SELECT indexname FROM pg_indexes WHERE tablename = 'items' ORDER BY 1"),
      'items_by_name\nitems_pkey',
    );
  });

  test('a subscription goes on from where the copy ended', async () => {
    pair.donor.sql(
      `CREATE TABLE live (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, name text);
       INSERT INTO live (name) SELECT 'row ' || g FROM generate_series(1, 5000) g;`,
    );
    const conninfo = conninfoOf(pair);
    const { options } = postgresRun(pair, 'live', { handOver: { kind: 'subscription', conninfo } });
    await addReplica(options);
    pair.donor.sql(
      `INSERT INTO live (name) VALUES ('late'); UPDATE live SET name = 'changed' WHERE id = 7; DELETE FROM live WHERE id = 8`,
    );
    const all = 'SELECT * FROM live ORDER BY id';
    const wanted = pair.donor.sql(all);
    for (let tries = 0; tries < 200 && pair.joiner.sql(all) !== wanted; tries++)
      await new Promise((resolve) => setTimeout(resolve, 50));
    assert.equal(pair.joiner.sql(all), wanted);
    const name = pair.joiner.sql('SELECT subname FROM pg_subscription');
    pair.joiner.sql(`DROP SUBSCRIPTION ${name}`);
    pair.donor.sql(`DROP PUBLICATION ${name}`);
    assert.equal(pair.donor.sql('SELECT count(*) FROM pg_replication_slots'), '0');
  });

  test('a slot that a subscription uses is told as kept, no abort takes it, and no copy is made under it', async () => {
    pair.donor.sql('CREATE TABLE kept (id int PRIMARY KEY); INSERT INTO kept SELECT generate_series(1, 100)');
    const handOver = { kind: 'subscription' as const, conninfo: conninfoOf(pair) };
    const slotCount = () => pair.donor.sql('SELECT count(*) FROM pg_replication_slots');
    const { options } = postgresRun(pair, 'kept', { handOver });
    await addReplica(options);
    const [slot, ...others] = await listSlots(options);
    assert.ok(slot);
    assert.deepEqual(others, []);
    const { hold: _, ...purpose } = slot.purpose ?? {};
    assert.deepEqual(purpose, { use: 'subscription', group: 'shop', joiner: 'joiner' });
    await assert.rejects(takeSlot(options, slot.name, { dryRun: false }), { code: 'slot-kept' });

    // As of a run that died when all was done, and could not say so.
    const taken = await takeAway({ ...options, dryRun: false });
    assert.equal(taken.slot, undefined);
    assert.equal(taken.hasTable, true);
    assert.equal(slotCount(), '1');

    const again = postgresRun(pair, 'kept', { handOver, replace: true, restart: true });
    const elsewhere = { ...again.options, joiner: { ...again.options.joiner, name: 'other' } };
    for (const one of [again.options, elsewhere])
      await assert.rejects(addReplica(one), { code: 'joiner-subscribed', message: new RegExp(slot.name) });
    assert.equal(slotCount(), '1');
    pair.joiner.sql(`DROP SUBSCRIPTION ${slot.name}`);
    assert.equal(slotCount(), '0');
    const left = (await listSlots(options)).find(({ name }) => name === slot.name);
    assert.equal(left?.walStatus, 'missing');
    await takeSlot(options, slot.name, { dryRun: false });
    assert.equal(pair.donor.sql(`SELECT count(*) FROM pg_publication WHERE pubname = '${slot.name}'`), '0');
  });
});
