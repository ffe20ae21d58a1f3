import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { ForesyncError } from '../../../../src/core/errors.ts';
import { addReplica } from '../../../../src/core/sync/add-replica.ts';
import { planOf } from '../../../support/local-group.ts';
import { type PostgresPair, postgresPair, withoutPostgres } from '../../../support/postgres.ts';
import { postgresRun } from '../../../support/postgres-group.ts';

const types = `
  CREATE TYPE size AS ENUM ('s', 'm', 'l');
  CREATE TYPE pair AS (a int, b text);
  CREATE DOMAIN positive AS int CHECK (VALUE > 0);
  CREATE COLLATION by_bytes (LOCALE = 'C');`;

/** Each with a name, what makes it at the donor, and how its rows are compared. */
const tables: { name: string; sql: string; order: string }[] = [
  {
    name: 'everything',
    order: 'id',
    sql: `CREATE TABLE everything (id uuid PRIMARY KEY, f4 float4, f8 float8, n numeric, n2 numeric(12,3), b bytea, t text, c char(7), v varchar(9),
        j json, jb jsonb, ts timestamp, tz timestamptz, d date, iv interval, bo bool, o oid, inet inet, mac macaddr, bits bit(5), vb varbit, m money,
        rng int4range, mr int4multirange, xm xml, tsv tsvector, ia int[], ta text[][], s size, sa size[], p pair, pa pair[], dom positive, pt point, rc regclass, l pg_lsn);
      INSERT INTO everything SELECT gen_random_uuid(), 'NaN', CASE g % 4 WHEN 0 THEN '-0'::float8 WHEN 1 THEN 'Infinity' WHEN 2 THEN 1e-310 ELSE 0.1 END, ('1.' || repeat('0', g % 7))::numeric, g / 7.0,
        decode(md5(g::text), 'hex'), E'tab\\t back\\\\ line\\n \\\\N é ' || chr(8364 + g), 'x', NULL, '{"a" : 1}', '{"b": [1,2.50]}', 'infinity', '2020-01-01 00:00:00.123456+05', '4713-01-01 BC',
        '1 year 2 mons -3 days 04:05:06.789', g % 2 = 0, 4294967295, '10.0.0.1/8', '08:00:2b:01:02:03', B'10101', B'1', 12.34, '[1,5)', '{[1,2),[5,7)}', '<a>b</a>', 'fat:2 cat:1A',
        ARRAY[1,NULL,3], ARRAY[['a','b,c'],['"','NULL']], 'm', ARRAY['s','l']::size[], ROW(g, 'x,"y')::pair, ARRAY[ROW(1, NULL)::pair], 1, '(1.5,-2)', 'pg_class', '16/B374D848'
        FROM generate_series(1, 200) g`,
  },
  {
    name: 'composite',
    order: 'a, b, c',
    sql: `CREATE TABLE composite (b text COLLATE by_bytes, note text, a numeric, c timestamptz, PRIMARY KEY (a, b, c));
      INSERT INTO composite SELECT CASE g % 3 WHEN 0 THEN 'ä' WHEN 1 THEN 'Z' ELSE 'a''\\' END || g, 'n', g % 10 + 0.50, '2020-01-01'::timestamptz + g * interval '1 h' FROM generate_series(1, 3000) g`,
  },
  {
    name: 'computed',
    order: 'id',
    sql: `CREATE TABLE computed (id int GENERATED ALWAYS AS IDENTITY (START WITH 100 INCREMENT BY 5) PRIMARY KEY, a int DEFAULT 7, twice int GENERATED ALWAYS AS (a * 2) STORED, n serial,
        u text UNIQUE, CONSTRAINT small CHECK (a < 1000)); CREATE INDEX part ON computed (a) WHERE a > 5; CREATE UNIQUE INDEX lowered ON computed (lower(u));
      INSERT INTO computed (a, u) SELECT g % 100, 'u' || g FROM generate_series(1, 2000) g; ALTER TABLE computed DROP COLUMN a CASCADE; ALTER TABLE computed ADD a int DEFAULT 3`,
  },
  {
    name: 'parted',
    order: 'day, id',
    sql: `CREATE TABLE parted (id bigint, day date, body text, PRIMARY KEY (day, id)) PARTITION BY RANGE (day);
      CREATE TABLE parted_a PARTITION OF parted FOR VALUES FROM ('2020-01-01') TO ('2021-01-01') PARTITION BY HASH (id);
      CREATE TABLE parted_a0 PARTITION OF parted_a FOR VALUES WITH (MODULUS 2, REMAINDER 0); CREATE TABLE parted_a1 PARTITION OF parted_a FOR VALUES WITH (MODULUS 2, REMAINDER 1);
      CREATE TABLE parted_rest PARTITION OF parted DEFAULT; CREATE INDEX parted_body ON parted (body);
      INSERT INTO parted SELECT g, '2019-06-01'::date + g % 900, 'b' || g FROM generate_series(1, 5000) g`,
  },
  {
    name: 'dressed',
    order: 'id',
    sql: `CREATE TABLE dressed (id int PRIMARY KEY, body text COMPRESSION pglz, note text) WITH (fillfactor = 70, autovacuum_vacuum_scale_factor = 0.01, toast.autovacuum_enabled = false);
      ALTER TABLE dressed ALTER body SET STORAGE EXTERNAL, ALTER note SET STATISTICS 500, REPLICA IDENTITY FULL; COMMENT ON TABLE dressed IS E'of\n''it'' \\ all'; COMMENT ON COLUMN dressed.note IS 'n';
      INSERT INTO dressed SELECT g, repeat('b', g), 'n' FROM generate_series(1, 300) g`,
  },
  { name: 'empty', order: 'id', sql: 'CREATE TABLE empty (id text PRIMARY KEY)' },
  {
    name: 'wide',
    order: 'id',
    sql: `CREATE TABLE wide (id int PRIMARY KEY, body text); INSERT INTO wide SELECT g, CASE WHEN g % 40 = 0 THEN repeat(md5(g::text), 120000) ELSE 'small' END FROM generate_series(1, 400) g`,
  },
];

describe('tables at PostgreSQL', { skip: withoutPostgres }, () => {
  let pair: PostgresPair;
  before(async () => {
    pair = await postgresPair();
    pair.donor.sql(types);
    // So that types made there have other numbers.
    pair.joiner.sql(`CREATE TABLE before_all (id int); ${types}`);
  });
  after(() => pair.stop());

  for (const { name, sql, order } of tables)
    test(`'${name}' arrives to the last bit, with its definition`, async () => {
      pair.donor.sql(sql);
      const { options, events } = postgresRun(pair, name);
      await addReplica(options);
      const all = `SELECT t::text FROM ${name} t ORDER BY ${order}`;
      assert.equal(pair.joiner.sql(all), pair.donor.sql(all));
      const verified = events.find((event) => event.type === 'verified');
      assert.equal(verified?.type === 'verified' && verified.differences, 0);
      const definition = `SELECT a.attname, format_type(a.atttypid, a.atttypmod), a.attnotnull, a.attidentity, a.attgenerated, pg_get_expr(d.adbin, d.adrelid)
        FROM pg_attribute a LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum WHERE a.attrelid = '${name}'::regclass AND a.attnum > 0 AND NOT attisdropped ORDER BY a.attnum;
        SELECT indexdef FROM pg_indexes WHERE tablename LIKE '${name}%' AND indexname NOT LIKE 'parted_a%' AND indexname NOT LIKE 'parted_rest%' ORDER BY 1;
        SELECT conname, pg_get_constraintdef(oid) FROM pg_constraint WHERE conrelid = '${name}'::regclass ORDER BY 1;
        SELECT attstorage, attcompression, attstattarget, col_description(attrelid, attnum) FROM pg_attribute WHERE attrelid = '${name}'::regclass AND attnum > 0 AND NOT attisdropped ORDER BY attnum;
        SELECT c.reloptions, l.reloptions, c.relreplident, obj_description(c.oid) FROM pg_class c LEFT JOIN pg_class l ON l.oid = c.reltoastrelid WHERE c.oid = '${name}'::regclass`;
      assert.equal(pair.joiner.sql(definition), pair.donor.sql(definition));
    });

  test('sequences go on where those of the lead are', () => {
    const next = "INSERT INTO computed (u) VALUES ('next') RETURNING id, n";
    assert.equal(pair.joiner.sql(next), pair.donor.sql(next));
  });

  test('planned keys that are none of the table are told as missing', async () => {
    pair.donor.sql(
      "CREATE TABLE planned (id int PRIMARY KEY, t text); INSERT INTO planned SELECT g, 't' FROM generate_series(1, 100) g",
    );
    const plan = planOf({ lead: [5, 'no number', '07', '99999999999999', ['two', 'parts'], 100] });
    const { options, events } = postgresRun(pair, 'planned', { plan });
    await addReplica(options);
    const hot = events.flatMap((event) => (event.type === 'rows' && event.kind === 'hot' ? [event] : []));
    assert.deepEqual(
      hot.map(({ rows, missingKeys }) => [rows, missingKeys]),
      [[3, 3]],
    );
    assert.equal(pair.joiner.sql('SELECT count(*) FROM planned'), '100');
  });

  test('planned rows that are too large to be sent together come in turn, and each once', async () => {
    pair.donor.sql(
      `CREATE TABLE large (id int PRIMARY KEY, body text); ALTER TABLE large ALTER body SET STORAGE EXTERNAL;
       INSERT INTO large SELECT g, repeat(md5(g::text), CASE WHEN g = 6 THEN 560000 ELSE 100 END) FROM generate_series(1, 12) g`,
    );
    const plan = planOf({ lead: [...Array.from({ length: 12 }, (_, place) => 12 - place), 'none', 700] });
    const { options, events } = postgresRun(pair, 'large', { plan });
    await addReplica(options);
    const hot = events.flatMap((event) => (event.type === 'rows' && event.kind === 'hot' ? [event] : []));
    assert.deepEqual(
      hot.map(({ rows, planKeys, missingKeys }) => [rows, planKeys, missingKeys]),
      [[12, 12, 2]],
    );
    const all = 'SELECT md5(string_agg(t::text, chr(10) ORDER BY id)) FROM large t';
    assert.equal(pair.joiner.sql(all), pair.donor.sql(all));
  });

  for (const { what, sql, table, code } of [
    { what: 'a view', sql: 'CREATE VIEW seen AS SELECT 1 AS id', table: 'seen', code: 'table-unsupported' },
    {
      what: 'no primary key',
      sql: 'CREATE TABLE keyless (id int)',
      table: 'keyless',
      code: 'table-unsupported',
    },
    {
      what: 'an unlogged table',
      sql: 'CREATE UNLOGGED TABLE unlogged (id int PRIMARY KEY)',
      table: 'unlogged',
      code: 'table-unsupported',
    },
    {
      what: 'no replica identity',
      sql: 'CREATE TABLE faceless (id int PRIMARY KEY); ALTER TABLE faceless REPLICA IDENTITY NOTHING',
      table: 'faceless',
      code: 'table-unsupported',
    },
    {
      what: 'a primary key that is checked late',
      sql: 'CREATE TABLE late (id int PRIMARY KEY DEFERRABLE)',
      table: 'late',
      code: 'table-unsupported',
    },
    {
      what: 'a partition without a replica identity',
      sql: 'CREATE TABLE part_less (id int PRIMARY KEY) PARTITION BY RANGE (id); CREATE TABLE part_less_1 PARTITION OF part_less DEFAULT; ALTER TABLE part_less_1 REPLICA IDENTITY NOTHING',
      table: 'part_less',
      code: 'table-unsupported',
    },
    {
      what: 'a partition that is not logged',
      sql: 'CREATE TABLE part_un (id int PRIMARY KEY) PARTITION BY RANGE (id); CREATE UNLOGGED TABLE part_un_1 PARTITION OF part_un DEFAULT',
      table: 'part_un',
      code: 'table-unsupported',
    },
    {
      what: 'a type that the joiner lacks',
      sql: "CREATE TYPE colour AS ENUM ('red'); CREATE TABLE coloured (id int PRIMARY KEY, c colour)",
      table: 'coloured',
      code: 'definition-refused',
    },
    { what: 'a missing table', sql: 'SELECT 1', table: 'nowhere', code: 'table-missing' },
    { what: 'a name that is none', sql: 'SELECT 1', table: 'a.b.c', code: 'table-name' },
  ])
    test(`${what} is refused by name, and leaves nothing`, async () => {
      pair.donor.sql(sql);
      await assert.rejects(
        addReplica(postgresRun(pair, table).options),
        (error) => error instanceof ForesyncError && error.code === code,
      );
      assert.equal(pair.donor.sql('SELECT count(*) FROM pg_replication_slots'), '0');
      assert.equal(pair.donor.sql('SELECT count(*) FROM pg_publication'), '0');
      assert.equal(pair.joiner.sql("SELECT count(*) FROM pg_class WHERE relname LIKE 'foresync%'"), '0');
    });
});
