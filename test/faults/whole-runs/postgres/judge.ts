import assert from 'node:assert/strict';
import type { PostgresServer } from '../../../support/postgres.ts';
import type { PgTable } from './random-table.ts';
import { dumpedSchema, type PgServers } from './servers.ts';

/** A copy of the table somewhere. */
export interface Copy {
  server: PostgresServer;
  database: string;
  what: string;
}

/** Both have the same rows, as psql writes them out: none of foresync's code has a part in that. Returns how many. */
export function assertSameRows(table: PgTable, actual: Copy, expected: Copy): number {
  const [left, right] = [rowsOf(table, actual), rowsOf(table, expected)];
  const at = left.findIndex((row, i) => row !== right[i]);
  if (at < 0 && left.length === right.length) return left.length;
  const [own, others] = [new Set(left), new Set(right)];
  const some = (rows: string[]) =>
    `${rows.length} rows ${JSON.stringify(rows.slice(0, 3).map((row) => row.slice(0, 300)))}`;
  const surplus = some(left.filter((row) => !others.has(row)));
  return assert.fail(
    `${actual.what} differs from ${expected.what}: surplus ${surplus}, missing ${some(right.filter((row) => !own.has(row)))}`,
  );
}

/** Both are made alike, as pg_dump tells it. */
export function assertSameSchema(table: PgTable, actual: Copy, expected: Copy): void {
  const of = ({ server, database }: Copy) => dumpedSchema(server, database, table.name);
  assert.deepEqual(of(actual).toSorted(), of(expected).toSorted(), `${actual.what} is made another way`);
}

export function tableThere(server: PostgresServer, database: string, { name }: PgTable): boolean {
  return server.sql(`SELECT to_regclass('${name.replaceAll("'", "''")}') IS NOT NULL`, database) === 't';
}

/** Waits until the subscription has all that was committed. */
export async function caughtUp({ lead }: PgServers, database: string): Promise<void> {
  const position = lead.sql('SELECT pg_current_wal_lsn()');
  for (let look = 0; look < 600; look++) {
    const is = lead.sql(
      `SELECT count(*) FROM pg_replication_slots WHERE database = '${database}' AND confirmed_flush_lsn >= '${position}'`,
    );
    if (is === '1') return;
    await new Promise((resume) => setTimeout(resume, 50));
  }
  assert.fail('the subscription does not catch up');
}

/** No slot, publication, table, schema, lock, connection or subscription of foresync's is at either server. */
export async function assertNothingLeft({ lead, joiner }: PgServers, database: string): Promise<void> {
  const look = `SELECT 'slot ' || slot_name FROM pg_replication_slots WHERE database = current_database()
    UNION ALL SELECT 'publication ' || pubname FROM pg_publication
    UNION ALL SELECT 'schema ' || nspname FROM pg_namespace WHERE nspname LIKE '%foresync%'
    UNION ALL SELECT 'relation ' || relname FROM pg_class WHERE relname LIKE '%foresync%'
    UNION ALL SELECT 'subscription ' || subname FROM pg_subscription WHERE subdbid = (SELECT oid FROM pg_database WHERE datname = current_database())
    UNION ALL SELECT 'lock ' || objid FROM pg_locks WHERE locktype = 'advisory' AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
    UNION ALL SELECT 'connection ' || pid FROM pg_stat_activity WHERE datname = current_database() AND application_name LIKE 'foresync%'`;
  let found = '';
  // A server notices by and by that a client is gone.
  for (let tries = 0; tries < 100; tries++) {
    found = [lead, joiner]
      .map((server) => server.sql(look, database))
      .join('\n')
      .trim();
    if (found === '') return;
    await new Promise((resume) => setTimeout(resume, 50));
  }
  assert.fail(`left: ${found}`);
}

function rowsOf({ name, key }: PgTable, { server, database }: Copy): string[] {
  const by = key.map((column) => `${column.name}::text COLLATE "C"`).join(', ');
  const text = server.sql(`SELECT t::text FROM ${name} t ORDER BY ${by}`, database);
  return text === '' ? [] : text.split('\n');
}
