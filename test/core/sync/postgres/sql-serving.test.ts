import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { systemClock, systemWait } from '../../../../src/core/clock.ts';
import { ForesyncError } from '../../../../src/core/errors.ts';
import { addReplica } from '../../../../src/core/sync/add-replica.ts';
import { Pace } from '../../../../src/core/sync/pace.ts';
import { type PostgresPair, postgresPair, withoutPostgres } from '../../../support/postgres.ts';
import { conninfoOf, postgresRun } from '../../../support/postgres-group.ts';
import { readWhileBuilt } from '../../../support/served-versions.ts';
import { nothingServedLeft, runServed } from '../../../support/sql-served.ts';

describe('reads at a joiner at PostgreSQL while it is built', { skip: withoutPostgres }, () => {
  let pair: PostgresPair;
  before(async () => {
    pair = await postgresPair();
    pair.joiner.sql('CREATE EXTENSION postgres_fdw');
  });
  after(() => pair.stop());

  const slow = (bytesPerSecond: number) => new Pace(bytesPerSecond, systemClock, systemWait);

  test('a hit touches nothing but the joiner, a miss is fetched, a write is refused, and the table takes the place of all that', async () => {
    pair.donor.sql(
      `CREATE SCHEMA shop; CREATE TABLE shop.items (id bigint PRIMARY KEY, name text NOT NULL, price numeric(10,2), twice numeric GENERATED ALWAYS AS (price * 2) STORED);
       INSERT INTO shop.items SELECT g, 'item ' || g, g * 1.5 FROM generate_series(1, 5000) g`,
    );
    pair.joiner.sql('CREATE SCHEMA shop; CREATE ROLE reader; GRANT USAGE ON SCHEMA shop TO reader');
    // Sessions of fetches before may still be about to end; one that is held stays.
    const fetches = "SELECT FROM pg_stat_activity WHERE application_name ~ '^(postgres_fdw|foresync_)'";
    const untilOver = `DO 'BEGIN FOR i IN 1..500 LOOP EXIT WHEN NOT EXISTS (${fetches.replaceAll("'", "''")}); PERFORM pg_sleep(0.01), pg_stat_clear_snapshot(); END LOOP; END'`;
    const counted = [untilOver, fetches.replace('SELECT', 'SELECT count(*)')];
    const fetching = () => pair.donor.sql(counted.join(';'));
    const hit = (where: string, before = '') =>
      pair.joiner.sql(
        `${before} EXPLAIN (ANALYZE, COSTS OFF, TIMING OFF, SUMMARY OFF) SELECT * FROM shop.items WHERE ${where}`,
      );
    await runServed(pair, 'shop.items', [42, 7], () => {
      const plan = hit('id = 42');
      assert.match(plan, /Index Scan using foresync_building_\w+ on foresync_building_\w+ l \(actual rows=1/);
      assert.match(plan, /Function Scan on fetch_\w+ f \(never executed\)/);
      assert.doesNotMatch(plan, /Foreign/);
      // What a scan that is never executed would do all the same.
      const seen = pair.joiner.sql(
        `SELECT * FROM shop.items WHERE id IN (42, 7) ORDER BY id; \\! ${pair.donor.program('psql')} -XqAt -h ${pair.donor.socketFolder} -U postgres ${counted.map((sql) => `-c "${sql}"`).join(' ')}`,
      );
      assert.equal(seen, '7|item 7|10.50|21.00\n42|item 42|63.00|126.00\n0');
      const generic =
        'SET plan_cache_mode = force_generic_plan; PREPARE byid AS SELECT name FROM shop.items WHERE id = $1;';
      assert.equal(
        pair.joiner.sql(`${generic} EXECUTE byid(42); EXECUTE byid(4711); EXECUTE byid(99999)`),
        'item 42\nitem 4711',
      );
      assert.equal(
        pair.joiner.sql("SELECT name FROM shop.items WHERE id = '4712'::int AND price > 0"),
        'item 4712',
      );
      const both = "SELECT string_agg(id::text, ' ' ORDER BY id) FROM shop.items WHERE id";
      assert.equal(
        pair.joiner.sql(`${both} IN (7, 4713, -1); ${both} BETWEEN 40 AND 44`),
        '7 4713\n40 41 42 43 44',
      );
      assert.equal(
        pair.joiner.sql(
          'SELECT i.name FROM (VALUES (7), (4714)) v(x), LATERAL (SELECT * FROM shop.items WHERE id = x OFFSET 0) i ORDER BY 1',
        ),
        'item 4714\nitem 7',
      );
      assert.throws(
        () => pair.joiner.sql('SELECT max(price) FROM shop.items'),
        /more than 1000 rows of "shop"."items" were to be fetched one by one/,
      );
      for (const write of [
        "INSERT INTO shop.items (id, name) VALUES (0, '')",
        'UPDATE shop.items SET name = name WHERE id = 0',
        'DELETE FROM shop.items',
        'COPY shop.items (id, name) FROM STDIN',
      ])
        assert.throws(
          () => pair.joiner.sql(write),
          /it is being copied by foresync\n(.|\n)*Write at the lead, lead, until the replica is in sync/,
        );
      assert.throws(
        () => pair.joiner.sql('SET ROLE reader; SELECT FROM shop.items WHERE id = 1'),
        /permission denied/,
      );
      pair.joiner.sql('GRANT SELECT ON shop.items TO reader');
      assert.equal(
        pair.joiner.sql('SET ROLE reader; SELECT id FROM shop.items WHERE id IN (7, 4715) ORDER BY 1'),
        '7\n4715',
      );
      assert.equal(fetching(), '0');
    });
    assert.equal(pair.joiner.sql("SELECT relkind FROM pg_class WHERE oid = 'shop.items'::regclass"), 'r');
    assert.equal(pair.joiner.sql('SET ROLE reader; SELECT count(*) FROM shop.items'), '5000');
    nothingServedLeft(pair);
  });

  test('another server than the lead is refused by name, and nothing is left', async () => {
    pair.donor.sql('CREATE TABLE elsewhere (id int PRIMARY KEY)');
    const conninfo = `${conninfoOf({ ...pair, donor: pair.joiner })} password=hush`;
    await assert.rejects(
      addReplica(postgresRun(pair, 'elsewhere', { replace: true, serveSql: { conninfo } }).options),
      (error) =>
        error instanceof ForesyncError && error.code === 'serve-sql-lead' && !/hush/.test(error.message),
    );
    nothingServedLeft(pair);
    assert.equal(pair.donor.sql('SELECT count(*) FROM pg_replication_slots'), '0');
  });

  test('a run that was stopped goes on answering, and the same command goes on with it', async () => {
    pair.donor.sql(
      "CREATE TABLE stopped AS SELECT g AS id, repeat('s', 500) AS s FROM generate_series(1, 8000) g; ALTER TABLE stopped ADD PRIMARY KEY (id)",
    );
    const stopping = new AbortController();
    await assert.rejects(
      runServed(pair, 'stopped', [5], () => stopping.abort(), { signal: stopping.signal }),
    );
    const read = 'SELECT id FROM stopped WHERE id IN (5, 7999) ORDER BY 1';
    assert.equal(pair.joiner.sql(read), '5\n7999');
    const { options, events } = postgresRun(pair, 'stopped', { serveSql: { conninfo: conninfoOf(pair) } });
    await addReplica(options);
    assert.ok(events.some(({ type }) => type === 'resumed'));
    assert.equal(
      pair.joiner.sql(
        "SELECT relkind, (SELECT count(*) FROM stopped) FROM pg_class WHERE relname = 'stopped'",
      ),
      'r|8000',
    );
    nothingServedLeft(pair);
  });

  test('a copy that was begun without regard to readers is not given up for them unasked', async () => {
    pair.donor.sql(
      "CREATE TABLE plain AS SELECT g AS id, repeat('x', 100) AS body FROM generate_series(1, 30000) g; ALTER TABLE plain ADD PRIMARY KEY (id)",
    );
    const stop = new AbortController();
    const first = postgresRun(pair, 'plain', { signal: stop.signal, pace: slow(4e6) }, (event) => {
      if (event.type === 'rows' && event.kind === 'snapshot') stop.abort();
    });
    await assert.rejects(addReplica(first.options), { code: 'stopped' });
    const serveSql = { conninfo: conninfoOf(pair) };
    const served = postgresRun(pair, 'plain', { serveSql });
    await assert.rejects(addReplica(served.options), { code: 'copy-unserved', hint: /--restart/ });
    const again = postgresRun(pair, 'plain');
    await addReplica(again.options);
    assert.ok(again.events.some(({ type }) => type === 'resumed'));
  });

  test('no reader of a key sees it go back, from the first answer to the table in its place', async () => {
    pair.joiner.sql('CREATE EXTENSION IF NOT EXISTS postgres_fdw');
    const readers = await readWhileBuilt(pair, 1);
    assert.deepEqual(readers.backwards, []);
    assert.ok(readers.reads > 500, `${readers.reads}`);
  });
});
