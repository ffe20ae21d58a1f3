import { ForesyncError } from '../../errors.ts';
import { printable } from '../../text.ts';
import type { Connection } from './connection.ts';

/**
 * What applications read, in the joiner's file, a row a table. `hot`: rows may be missing. `behind`: rows may be missing, because a round of changes
 * is half applied. `synced`: what is not there did not exist at the lead. It stays after the run, since applications ask it.
 */
export type TableStatus = 'hot' | 'behind' | 'synced';

const schema =
  'CREATE TABLE foresync_status(table_name TEXT PRIMARY KEY NOT NULL, state TEXT NOT NULL, changed_at TEXT NOT NULL)';
const now = "strftime('%Y-%m-%dT%H:%M:%fZ', 'now')";

/** Makes the status table where it is not there yet, and this table's row in it. Refuses a table of that name that is not ours. */
export function putStatus(db: Connection, table: string, status: TableStatus): void {
  const present = statusSql(db);
  if (present === undefined) db.exec(schema.replace('foresync_status', 'main.foresync_status'));
  else if (present !== schema)
    throw new ForesyncError(
      'exists',
      'joiner-clash',
      `${printable(db.name)} already has something called foresync_status, which is not foresync's.`,
      { hint: 'Name another --store, or publish at synced.' },
    );
  db.prepare(`INSERT OR REPLACE INTO main.foresync_status VALUES(?, ?, ${now})`).run(table, status);
}

/** Changes the status of a table that has one. May be repeated. */
export function moveStatus(db: Connection, table: string, status: TableStatus): void {
  if (statusSql(db) !== schema) return;
  db.prepare(
    `UPDATE main.foresync_status SET state = ?, changed_at = ${now} WHERE table_name = ? AND state <> ?`,
  ).run(status, table, status);
}

/** Takes the status of a table away, and with the last one the status table. May be repeated. */
export function dropStatus(db: Connection, table: string): void {
  if (statusSql(db) !== schema) return;
  db.prepare('DELETE FROM main.foresync_status WHERE table_name = ?').run(table);
  const left = db.prepare('SELECT count(*) FROM main.foresync_status').pluck().get();
  if (left === 0) db.exec('DROP TABLE main.foresync_status');
}

function statusSql(db: Connection): string | undefined {
  return db
    .prepare("SELECT coalesce(sql, '') FROM main.sqlite_schema WHERE name = 'foresync_status' COLLATE NOCASE")
    .pluck()
    .get() as string | undefined;
}
