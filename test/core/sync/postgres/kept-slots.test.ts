import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { addReplica } from '../../../../src/core/sync/add-replica.ts';
import { listSlots, takeSlot } from '../../../../src/core/sync/postgres/slots.ts';
import { takeAway } from '../../../../src/core/sync/take-away.ts';
import { type PostgresPair, postgresPair, withoutPostgres } from '../../../support/postgres.ts';
import { conninfoOf, postgresRun } from '../../../support/postgres-group.ts';

describe('slots that a subscription uses', { skip: withoutPostgres }, () => {
  let pair: PostgresPair;
  before(async () => {
    pair = await postgresPair();
    pair.donor.sql(
      'CREATE TABLE items (id int PRIMARY KEY); INSERT INTO items SELECT generate_series(1, 100)',
    );
  });
  after(() => pair.stop());

  const handOver = () => ({ kind: 'subscription' as const, conninfo: conninfoOf(pair) });
  const slotCount = () => pair.donor.sql('SELECT count(*) FROM pg_replication_slots');

  test('they are told as kept, no abort takes them, and no copy is made under them', async () => {
    const { options } = postgresRun(pair, 'items', { handOver: handOver() });
    await addReplica(options);
    const [slot, ...others] = await listSlots(options);
    assert.ok(slot);
    assert.deepEqual(others, []);
    assert.deepEqual(slot.purpose, { use: 'subscription', group: 'shop', joiner: 'joiner' });
    await assert.rejects(takeSlot(options, slot.name, { dryRun: false }), { code: 'slot-kept' });

    // As of a run that died when all was done, and could not say so.
    const taken = await takeAway({ ...options, dryRun: false });
    assert.equal(taken.slot, undefined);
    assert.equal(taken.hasTable, true);
    assert.equal(slotCount(), '1');

    const again = postgresRun(pair, 'items', { handOver: handOver(), replace: true, restart: true });
    await assert.rejects(addReplica(again.options), { code: 'joiner-subscribed' });
    assert.equal(slotCount(), '1');
    pair.joiner.sql(`DROP SUBSCRIPTION ${slot.name}`);
    assert.equal(slotCount(), '0');
  });
});
