import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { addReplica } from '../../../../src/core/sync/add-replica.ts';
import type { PhaseName, RunEvent } from '../../../../src/core/sync/events.ts';
import { type PostgresPair, postgresPair, withoutPostgres } from '../../../support/postgres.ts';
import { postgresRun } from '../../../support/postgres-group.ts';

/** Has the joiner write a row wrong, once: what comes of key 7 the first time that it is called `wanted`. */
const fault = (wanted: string) => `DROP SCHEMA IF EXISTS fault CASCADE; CREATE SCHEMA fault;
  CREATE SEQUENCE fault.times;
  CREATE FUNCTION fault.spoil() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    IF NEW.id = 7 AND NEW.name = '${wanted}' AND pg_catalog.nextval('fault.times') = 1 THEN NEW.name := 'wrong'; END IF;
    RETURN NEW;
  END $$;
  CREATE FUNCTION fault.attach() RETURNS event_trigger LANGUAGE plpgsql AS $$ DECLARE made record; BEGIN
    FOR made IN SELECT objid FROM pg_catalog.pg_event_trigger_ddl_commands() WHERE object_type = 'table' AND object_identity LIKE 'public.foresync_building_%' LOOP
      EXECUTE pg_catalog.format('CREATE TRIGGER spoil BEFORE INSERT ON %s FOR EACH ROW EXECUTE FUNCTION fault.spoil()', made.objid::regclass);
    END LOOP;
  END $$;
  CREATE EVENT TRIGGER fault ON ddl_command_end WHEN TAG IN ('CREATE TABLE') EXECUTE FUNCTION fault.attach()`;

/** The walsender has sent all that is committed: a stream that ends now ends behind it. */
const untilSent = `DO $$ DECLARE up_to pg_lsn := pg_current_wal_lsn(); BEGIN
  WHILE EXISTS (SELECT FROM pg_stat_replication WHERE sent_lsn < up_to) LOOP PERFORM pg_sleep(0.01), pg_stat_clear_snapshot(); END LOOP;
END $$`;

describe('comparing tables at PostgreSQL', { skip: withoutPostgres }, () => {
  let pair: PostgresPair;
  before(async () => {
    pair = await postgresPair();
    pair.donor.sql(
      "CREATE TABLE items (id int PRIMARY KEY, name text); INSERT INTO items SELECT g, 'item ' || g FROM generate_series(1, 3000) g",
    );
  });
  after(() => pair.stop());

  /** A run at whose joiner one row is written wrong: one that was copied, or that a change in this phase has brought. */
  async function spoiledRun(wanted: string, phase?: PhaseName): Promise<RunEvent[]> {
    pair.joiner.sql(`DROP TABLE IF EXISTS items; DROP EVENT TRIGGER IF EXISTS fault; ${fault(wanted)}`);
    const { options, events } = postgresRun(pair, 'items', {}, (event) => {
      if (event.type === 'phase' && event.phase === phase && event.state === 'running')
        pair.donor.sql(`UPDATE items SET name = '${wanted}' WHERE id = 7; ${untilSent}`);
    });
    await addReplica(options);
    assert.equal(pair.joiner.sql('SELECT is_called FROM fault.times'), 't');
    const all = 'SELECT * FROM items ORDER BY id';
    assert.equal(pair.joiner.sql(all), pair.donor.sql(all));
    return events;
  }

  test('a row that is not stored as it was copied is found in its chunk, and sent again', async () => {
    pair.donor.sql("UPDATE items SET name = 'copied' WHERE id = 7");
    assert.equal(differences(await spoiledRun('copied')), 1);
  });

  for (const phase of ['delta', 'verify', 'publish'] as const)
    test(`a change that came in phase '${phase}' and was applied wrong is found, and its row is sent again`, async () => {
      assert.equal(differences(await spoiledRun(`changed in ${phase}`, phase)), 1);
    });
});

function differences(events: readonly RunEvent[]): number | undefined {
  return events.findLast((event) => event.type === 'verified')?.differences;
}
