import assert from 'node:assert/strict';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import net from 'node:net';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import { ForesyncError } from '../../../src/core/errors.ts';
import { parseStore } from '../../../src/core/group/store-spec.ts';
import { PostgresDonor } from '../../../src/core/store/postgres/donor.ts';
import { forgetJoining } from '../../../src/core/store/postgres/hand-over.ts';
import { JoinerHold } from '../../../src/core/store/postgres/joiner-hold.ts';
import {
  discardJoiner,
  lookAtJoiner,
  rehearseJoiner,
} from '../../../src/core/store/postgres/joiner-place.ts';
import { parseTableName } from '../../../src/core/store/postgres/sql.ts';
import { refuseLacking } from '../../../src/core/sync/postgres/joiner-rights.ts';
import { runCli } from '../../support/cli.ts';
import { type PostgresPair, postgresPair, withoutPostgres } from '../../support/postgres.ts';
import { temporaryFolder } from '../../support/tables.ts';

/** One thing that is wrong, and how a run and doctor, which look the same way before anything is made, refuse it. */
interface Refusal {
  what: string;
  /** Where nothing is named, those of a group in which all is well. */
  lead?: string | (() => string);
  table?: string;
  joiner?: string | (() => string);
  kind: string;
  code: string;
  said?: RegExp;
  hint?: RegExp;
}

const long = 'x'.repeat(64);
const tables = `CREATE TABLE items (id int PRIMARY KEY, name text); CREATE TABLE texts (id text PRIMARY KEY);
  CREATE TABLE no_key (id int); CREATE TABLE nothing (id int PRIMARY KEY); ALTER TABLE nothing REPLICA IDENTITY NOTHING;
  CREATE TABLE by_index (id int PRIMARY KEY, u int NOT NULL UNIQUE); ALTER TABLE by_index REPLICA IDENTITY USING INDEX by_index_u_key;
  CREATE UNLOGGED TABLE unlogged (id int PRIMARY KEY); CREATE VIEW shown AS SELECT * FROM items; CREATE SEQUENCE numbers;
  CREATE TABLE ${long.slice(1)} (id int PRIMARY KEY); CREATE TABLE "a.b" (id int PRIMARY KEY); CREATE TABLE "new
line ""quoted""" (id int PRIMARY KEY);
  CREATE TABLE guarded (id int PRIMARY KEY); ALTER TABLE guarded ENABLE ROW LEVEL SECURITY; CREATE SCHEMA hidden; CREATE TABLE hidden.items (id int PRIMARY KEY);
  CREATE ROLE reader LOGIN; CREATE ROLE replicator LOGIN REPLICATION; CREATE ROLE owner LOGIN REPLICATION;
  CREATE TABLE owned (id int PRIMARY KEY); ALTER TABLE owned OWNER TO owner; ALTER TABLE guarded OWNER TO owner; ALTER TABLE guarded FORCE ROW LEVEL SECURITY;
  GRANT SELECT ON items TO replicator; GRANT CREATE ON DATABASE postgres TO owner`;

describe('what is wrong with a group of PostgreSQL stores is told by name before anything is made', {
  skip: withoutPostgres,
}, () => {
  let pair: PostgresPair;
  let pooler: net.Server;
  before(async () => {
    pair = await postgresPair({ donor: { max_replication_slots: '2' }, joiner: { wal_level: 'replica' } });
    pair.donor.sql(tables);
    pair.donor.sql(`CREATE DATABASE latin ENCODING LATIN1 LOCALE 'C' TEMPLATE template0`);
    pair.joiner.sql(
      `CREATE TABLE items (id int PRIMARY KEY); CREATE ROLE reader LOGIN; CREATE ROLE builder LOGIN; GRANT CREATE ON DATABASE postgres TO builder`,
    );
    pair.joiner.sql(`CREATE DATABASE latin ENCODING LATIN1 LOCALE 'C' TEMPLATE template0`);
    pair.joiner.sql(`CREATE DATABASE other LOCALE 'C' TEMPLATE template0`);
    pair.joiner.sql('ALTER SCHEMA public OWNER TO postgres', 'other');
    pooler = await poolerBefore(path.join(pair.donor.socketFolder, '.s.PGSQL.5432'));
  });
  after(async () => {
    pooler?.close();
    await pair?.stop();
  });

  const as = (role: string, store: () => string) => () => store().replace('postgres@', `${role}@`);
  const donorAs = (role: string) => as(role, () => pair.donor.store());
  const joinerAs = (role: string, database?: string) => as(role, () => pair.joiner.store(database));
  const unsupported = { kind: 'config', code: 'table-unsupported', hint: /./ };

  const refusals: Refusal[] = [
    {
      what: 'a password in a store',
      lead: 'postgres://me:secret@host/shop',
      kind: 'config',
      code: 'store-password',
      hint: /pgpass/,
    },
    {
      what: 'a host that is none',
      lead: 'postgres://me@no.such.host.invalid/shop',
      kind: 'unreachable',
      code: 'store-unreachable',
      hint: /host, port/,
    },
    {
      what: 'a port where nobody listens',
      lead: 'postgres://me@127.0.0.1:1/shop',
      kind: 'unreachable',
      code: 'store-unreachable',
      hint: /host, port/,
    },
    {
      what: 'a database that is none',
      lead: () => pair.donor.store('none'),
      kind: 'config',
      code: 'store-missing',
      hint: /postgres:/,
    },
    {
      what: 'a login that is none',
      lead: donorAs('nobody_there'),
      kind: 'permission',
      code: 'store-login',
      hint: /pgpass/,
    },
    {
      what: 'a login that may not replicate',
      lead: donorAs('reader'),
      kind: 'permission',
      code: 'no-replication',
      hint: /ALTER ROLE/,
    },
    {
      what: 'a table that the login may not read',
      lead: donorAs('owner'),
      kind: 'permission',
      code: 'table-denied',
      hint: /GRANT SELECT ON "public"."items"/,
    },
    {
      what: 'a schema that the login may not use',
      lead: donorAs('replicator'),
      table: 'hidden.items',
      kind: 'permission',
      code: 'table-denied',
      hint: /USAGE|SELECT/,
    },
    {
      what: 'a table of somebody else',
      lead: donorAs('replicator'),
      kind: 'permission',
      code: 'capture-refused',
      said: /belongs to postgres/,
      hint: /GRANT/,
    },
    {
      what: 'a table with row security',
      lead: donorAs('owner'),
      table: 'guarded',
      kind: 'permission',
      code: 'table-denied',
      hint: /BYPASSRLS/,
    },
    {
      what: 'a server without logical WAL',
      lead: () => pair.joiner.store(),
      kind: 'config',
      code: 'wal-level',
      hint: /wal_level = 'logical'/,
    },
    {
      what: 'a pooler before the server',
      lead: () => `postgres://postgres@127.0.0.1:${(pooler.address() as net.AddressInfo).port}/postgres`,
      kind: 'config',
      code: 'replication-refused',
      hint: /PgBouncer/,
    },
    {
      what: 'a database in another encoding',
      lead: () => pair.donor.store('latin'),
      kind: 'config',
      code: 'server-encoding',
    },
    { what: 'a table without a primary key', table: 'no_key', ...unsupported },
    { what: 'a table without a replica identity', table: 'nothing', ...unsupported },
    { what: 'a table whose replica identity is another index', table: 'by_index', ...unsupported },
    { what: 'a table that is not logged', table: 'unlogged', ...unsupported },
    { what: 'a view', table: 'shown', ...unsupported },
    { what: 'a sequence', table: 'numbers', ...unsupported },
    {
      what: 'a table that is not there',
      table: 'none',
      kind: 'config',
      code: 'table-missing',
      hint: /schema\.name/,
    },
    { what: 'a temporary table', table: 'pg_temp.items', kind: 'config', code: 'table-missing' },
    {
      what: 'a name of three parts',
      table: 'a.b.c',
      kind: 'config',
      code: 'table-name',
      hint: /double quotes/,
    },
    { what: 'a name that ends within quotes', table: '"items', kind: 'config', code: 'table-name' },
    { what: 'a name of 64 bytes', table: long, kind: 'config', code: 'table-name', hint: /63 bytes/ },
    {
      what: "a joiner's database in another encoding",
      joiner: () => pair.joiner.store('latin'),
      kind: 'config',
      code: 'server-encoding',
    },
    {
      what: 'a joiner whose login may make no schema',
      joiner: joinerAs('reader'),
      kind: 'permission',
      code: 'no-create',
      hint: /ON DATABASE/,
    },
    {
      what: 'a joiner whose login may make no table',
      joiner: joinerAs('builder'),
      kind: 'permission',
      code: 'no-create',
      hint: /ON SCHEMA "public"/,
    },
    {
      what: 'a joiner that lacks the schema',
      table: 'hidden.items',
      joiner: () => pair.joiner.store(),
      kind: 'config',
      code: 'definition-refused',
      hint: /schema/,
    },
    {
      what: 'a joiner that sorts texts in another way',
      table: 'texts',
      joiner: () => pair.joiner.store('other'),
      kind: 'config',
      code: 'collation-differs',
      hint: /locale/,
    },
  ];

  for (const { what, lead, table, joiner, kind, code, said = /./, hint = /^/ } of refusals)
    test(`${what}: ${code}`, async () => {
      const url = (one: string | (() => string)) => (typeof one === 'string' ? one : one());
      await assert.rejects(
        lookAtBoth(url(lead ?? (() => pair.donor.store())), table ?? 'items', joiner && url(joiner)),
        (error) => {
          if (!(error instanceof ForesyncError)) throw error;
          assert.deepEqual([error.kind, error.code], [kind, code], error.message);
          assert.match(error.message, said);
          assert.match(error.hint ?? '', hint);
          return true;
        },
      );
    });

  test('a server whose slots are all taken: no-free-slot', async () => {
    pair.donor.sql("SELECT pg_create_physical_replication_slot('s' || g) FROM generate_series(1, 2) g");
    await assert.rejects(
      lookAtBoth(pair.donor.store(), 'items', undefined),
      (error) =>
        error instanceof ForesyncError &&
        error.code === 'no-free-slot' &&
        /max_replication_slots/.test(error.hint ?? ''),
    );
    pair.donor.sql('SELECT pg_drop_replication_slot(slot_name) FROM pg_replication_slots');
  });

  test('a joiner that may not subscribe is refused where it is to be handed over, and only there', async () => {
    pair.joiner.sql('GRANT CREATE ON SCHEMA public TO builder');
    const url = joinerAs('builder')();
    const { lacks } = await lookAtJoiner(url, 'test', { schema: 'public', name: 'other' });
    assert.deepEqual(lacks, ['subscribe', 'advance-origin', 'apply-as-origin']);
    const subscription = { kind: 'subscription', conninfo: '' } as const;
    refuseLacking(lacks, { schema: 'public', name: 'other' }, { kind: 'none' });
    assert.throws(
      () => refuseLacking(lacks, { schema: 'public', name: 'other' }, subscription),
      (error) =>
        error instanceof ForesyncError &&
        error.code === 'no-subscribe' &&
        /--hand-over none/.test(error.hint ?? ''),
    );
    // From version 16 on a login can be let subscribe, and still not give the subscription its place.
    const rest = lacks.filter((lack) => lack !== 'subscribe');
    assert.throws(
      () => refuseLacking(rest, { schema: 'public', name: 'other' }, subscription),
      (error) =>
        error instanceof ForesyncError &&
        error.code === 'no-origin' &&
        /EXECUTE ON FUNCTION pg_replication_origin_advance\(text, pg_lsn\), to it/.test(error.hint ?? ''),
    );
    const advance = 'EXECUTE ON FUNCTION pg_replication_origin_advance(text, pg_lsn)';
    pair.joiner.sql(`GRANT ${advance} TO builder`);
    const now = (await lookAtJoiner(url, 'test', { schema: 'public', name: 'other' })).lacks;
    assert.deepEqual(now, ['subscribe', 'apply-as-origin']);
    pair.joiner.sql(`REVOKE ${advance} FROM builder`);
  });

  test('doctor and a dry run are refused as the run would be at its end', async (t) => {
    const folder = temporaryFolder(t);
    const replicas = { east: { host: 'local', store: pair.donor.store() } };
    const document = { group: 'shop', table: 'items', lead: 'east', replicas };
    writeFileSync(path.join(folder, 'foresync.yaml'), JSON.stringify(document));
    const failures = async (...args: string[]) => {
      const { stdout } = await runCli([...args, '--no-plan', '--json'], { cwd: folder });
      const { checks } = JSON.parse(stdout) as { checks: { level: string; code?: string; text: string }[] };
      return checks.filter(({ level }) => level === 'failure').map(({ code, text }) => code ?? text);
    };
    const [elsewhere, builder] = [
      pair.joiner.store('spare'),
      joinerAs('builder')().replace('/postgres', '/spare'),
    ];
    pair.joiner.sql('CREATE DATABASE spare');
    pair.joiner.sql('GRANT CREATE ON DATABASE spare TO builder');
    pair.joiner.sql('GRANT CREATE ON SCHEMA public TO builder', 'spare');
    const doctor = (store: string, ...more: string[]) =>
      failures('doctor', 'j', '--host', 'local', '--store', store, ...more);
    assert.deepEqual(await doctor(builder), ['no-subscribe']);
    assert.deepEqual(await doctor(builder, '--hand-over', 'none'), []);
    const wrong = ['--subscription-conninfo', 'host=/nowhere dbname=none'];
    assert.deepEqual(await doctor(elsewhere, ...wrong), ['subscription-refused']);
    const add = ['add-replica', 'j', '--host', 'local', '--store'];
    assert.deepEqual(await failures(...add, elsewhere, ...wrong, '--dry-run'), ['subscription-refused']);
  });

  test('a joiner that is left as it is needs no right on replication origins', async () => {
    await forgetJoining(joinerAs('builder')(), 'test');
    const hold = await JoinerHold.take(joinerAs('builder')(), 'test');
    await discardJoiner(hold, { schema: 'public', name: 'other' }).finally(() => hold.end());
  });

  for (const name of [long.slice(1), '"a.b"', '"new\nline ""quoted"""'])
    test(`${JSON.stringify(name)} is a name like any other`, async () => {
      await lookAtBoth(pair.donor.store(), name, pair.joiner.store());
    });

  test('nothing was made by any of it', () => {
    assert.equal(pair.donor.sql('SELECT count(*) FROM pg_replication_slots'), '0');
    assert.equal(pair.donor.sql('SELECT count(*) FROM pg_publication'), '0');
    assert.equal(pair.joiner.sql("SELECT count(*) FROM pg_class WHERE relname LIKE '%foresync%'"), '0');
    assert.equal(pair.joiner.sql("SELECT count(*) FROM pg_namespace WHERE nspname = 'foresync'"), '0');
  });
});

/** As a run begins, and as doctor looks. */
async function lookAtBoth(lead: string, table: string, joiner: string | undefined): Promise<void> {
  const name = parseTableName(table);
  const { path: url } = parseStore(lead, undefined);
  const donor = await PostgresDonor.open(url, name, 'test');
  await donor.lanes.close();
  if (joiner === undefined) return;
  const { lacks } = await lookAtJoiner(joiner, 'test', name);
  refuseLacking(lacks, name, undefined);
  const { definition, keyOrder } = donor.look;
  await rehearseJoiner(joiner, { id: 'test', definition, keyOrder });
}

/** Passes connections on, but for those of replication, which it refuses as PgBouncer does. */
async function poolerBefore(socket: string): Promise<net.Server> {
  const server = net.createServer((client) => {
    client.on('error', () => undefined);
    client.once('data', (first: Buffer) => {
      // A question for TLS: it has none.
      if (first.length === 8) {
        client.write('N');
        client.once('data', (startup: Buffer) => begin(client, startup));
      } else begin(client, first);
    });
  });
  const begin = (client: net.Socket, startup: Buffer) => {
    if (startup.includes('replication\0database')) {
      const fields = 'SFATAL\0C08P01\0Munsupported startup parameter: replication\0\0';
      const message = Buffer.alloc(5 + fields.length);
      message.write('E');
      message.writeUInt32BE(4 + fields.length, 1);
      message.write(fields, 5, 'latin1');
      client.end(message);
      return;
    }
    const upstream = net.connect(socket);
    upstream.on('error', () => client.destroy());
    upstream.write(startup);
    upstream.pipe(client).pipe(upstream);
  };
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return server;
}

test('what there is for SQLite alone is refused by name, before any server is asked', async (t) => {
  const folder = temporaryFolder(t);
  const replicas = { east: { host: 'local', store: 'postgres://me@/x?host=/nowhere' } };
  const document = { group: 'shop', table: 'items', lead: 'east', replicas };
  writeFileSync(path.join(folder, 'foresync.yaml'), JSON.stringify(document));
  const agent = ['agent', '--role', 'donor', '--only-table', 'items', '--store', replicas.east.store];
  for (const args of [['prefetch', '--release'], agent]) {
    const { exitCode, stderr } = await runCli(args, { cwd: folder });
    assert.equal(exitCode, 64);
    assert.match(stderr, new RegExp(`foresync ${args[0]}.* is there for SQLite alone`));
  }
});
