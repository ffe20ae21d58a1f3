import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { ForesyncError } from '../../../../src/core/errors.ts';
import { addReplica } from '../../../../src/core/sync/add-replica.ts';
import { planOf } from '../../../support/local-group.ts';
import { type PostgresPair, postgresPair, withoutPostgres } from '../../../support/postgres.ts';
import { conninfoOf, postgresRun } from '../../../support/postgres-group.ts';
import { nothingServedLeft, runServed } from '../../../support/sql-served.ts';

describe('reads at a joiner at PostgreSQL while it is built', { skip: withoutPostgres }, () => {
  let pair: PostgresPair;
  before(async () => {
    pair = await postgresPair();
    pair.joiner.sql('CREATE EXTENSION postgres_fdw');
  });
  after(() => pair.stop());

  for (const { name, sql, plan, where, order } of [
    {
      name: 'composite',
      sql: `CREATE COLLATION by_bytes (LOCALE = 'C'); CREATE TABLE composite (note text, b text COLLATE by_bytes, a numeric, c timestamptz, d char(5), PRIMARY KEY (a, b, c, d));
        INSERT INTO composite SELECT 'n' || g, 'ä''\\' || g, g % 10 + 0.50, '2020-01-01'::timestamptz + g * interval '1 h', 'x' FROM generate_series(1, 900) g`,
      plan: [['1.5', "ä'\\1", '2020-01-01 01:00:00+00', 'x']],
      where: "a = 2.50 AND b = 'ä''\\2' AND c = '2020-01-01 02:00:00+00' AND d = 'x'",
      order: 'a, b, c',
    },
    {
      name: '"Kö""y%s $foresync$"',
      sql: `CREATE TABLE "Kö""y%s $foresync$" ("i%d $foresync$" uuid PRIMARY KEY, "asked" int, foresync_asked int, f jsonb, m int[]); INSERT INTO "Kö""y%s $foresync$" SELECT md5(g::text)::uuid, g, g, '{"a": 1.0}', '{1,NULL}' FROM generate_series(1, 900) g`,
      plan: ['c4ca4238-a0b9-2382-0dcc-509a6f75849b'],
      where: `"i%d $foresync$" = md5('2')::uuid`,
      order: '1',
    },
    {
      name: 'parted',
      sql: `CREATE TABLE parted (id bigint, day date, body text, PRIMARY KEY (day, id)) PARTITION BY RANGE (day); CREATE TABLE parted_a PARTITION OF parted FOR VALUES FROM ('2020-01-01') TO ('2021-01-01');
        CREATE TABLE parted_rest PARTITION OF parted DEFAULT; INSERT INTO parted SELECT g, '2019-06-01'::date + g % 900, 'b' || g FROM generate_series(1, 900) g`,
      plan: [['2019-06-02', '1']],
      where: "id = 2 AND day = '2019-06-03'",
      order: 'day, id',
    },
  ])
    test(`rows of ${name} are found and fetched by their key, to the last bit`, async () => {
      pair.donor.sql(sql);
      if (/COLLATION/.test(sql)) pair.joiner.sql("CREATE COLLATION by_bytes (LOCALE = 'C')");
      const fetched = `SELECT t::text FROM ${name} t WHERE ${where}`;
      const all = `SELECT t::text FROM ${name} t ORDER BY ${order}`;
      await runServed(pair, name, plan, () => {
        const remote = pair.joiner.sql(`EXPLAIN (ANALYZE, COSTS OFF, TIMING OFF) ${fetched}`);
        assert.match(remote, /Index Only Scan using missing_\w+_pkey/);
        assert.match(remote, /Function Scan on fetch_\w+ f \(actual rows=1 loops=1/);
        assert.equal(pair.joiner.sql(fetched), pair.donor.sql(fetched));
        assert.equal(pair.joiner.sql(all), pair.donor.sql(all));
      });
      assert.equal(pair.joiner.sql(all), pair.donor.sql(all));
      nothingServedLeft(pair);
    });

  test('a reader that stays long holds up neither others nor the copy, and the table waits for it', async () => {
    pair.donor.sql(
      'CREATE TABLE waited AS SELECT g AS id, g AS n FROM generate_series(1, 3000) g; ALTER TABLE waited ADD PRIMARY KEY (id)',
    );
    let end: () => void = () => undefined;
    const { default: pg } = await import('pg');
    const client = new pg.Client({ host: pair.joiner.socketFolder, user: 'postgres', database: 'postgres' });
    await client.connect();
    const { options, events } = postgresRun(
      pair,
      'waited',
      { plan: planOf({ lead: [5] }), serveSql: { conninfo: conninfoOf(pair) } },
      (event) => {
        if (event.type === 'hot-ready')
          void client.query('BEGIN; SELECT * FROM waited WHERE id = 2000').catch(() => undefined);
        if (event.type === 'note' && /Waiting for transactions at the joiner/.test(event.text)) {
          assert.equal(pair.joiner.sql('SELECT n FROM waited WHERE id IN (5, 2001) ORDER BY 1'), '5\n2001');
          end();
        }
      },
    );
    const waited = new Promise<void>((resolve) => {
      end = resolve;
    });
    const adding = addReplica(options);
    await Promise.race([waited, adding]);
    await client.query('COMMIT');
    await adding;
    await client.end();
    assert.ok(events.some((event) => event.type === 'note' && /Waiting for transactions/.test(event.text)));
    assert.equal(pair.joiner.sql('SELECT count(*) FROM waited'), '3000');
    nothingServedLeft(pair);
  });

  for (const { what, sql, conninfo, code } of [
    {
      what: 'another server than the lead',
      sql: 'SELECT 1',
      conninfo: () => `${conninfoOf({ ...pair, donor: pair.joiner })} password=hush`,
      code: 'serve-sql-lead',
    },
    {
      what: 'a table that is there',
      sql: 'CREATE TABLE refused (id int)',
      conninfo: () => conninfoOf(pair),
      code: 'serve-sql-place',
    },
    {
      what: 'a server without postgres_fdw',
      sql: 'DROP TABLE refused; DROP EXTENSION postgres_fdw',
      conninfo: () => conninfoOf(pair),
      code: 'serve-sql-extension',
    },
  ])
    test(`${what} is refused by name, and nothing is left`, async () => {
      pair.donor.sql('CREATE TABLE IF NOT EXISTS refused (id int PRIMARY KEY)');
      pair.joiner.sql(sql);
      await assert.rejects(
        addReplica(
          postgresRun(pair, 'refused', { replace: true, serveSql: { conninfo: conninfo() } }).options,
        ),
        (error) => error instanceof ForesyncError && error.code === code && !/hush/.test(error.message),
      );
      nothingServedLeft(pair);
      assert.equal(pair.donor.sql('SELECT count(*) FROM pg_replication_slots'), '0');
    });
});
