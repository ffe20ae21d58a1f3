import type { Connection } from './connection.ts';
import type { ScanKey } from './key-codec.ts';

export const stages = ['hot', 'snapshot', 'delta', 'verify', 'synced'] as const;
export type Stage = (typeof stages)[number];

/** How far a joiner is. It is written in the transaction that applies the rows it speaks of. */
export interface Checkpoint {
  runId: string;
  captureId: string;
  /** The boot of the host at which it was written: rows are not forced to disk until the end, so a crash voids it. */
  bootId: string;
  tableSql: string;
  stage: Stage;
  /** Changes of the Delta Log up to here are applied. */
  watermark: number;
  /** The snapshot goes on after this place; undefined at the start of the table. */
  snapshotAfter: ScanKey | undefined;
}

const table = '_foresync_checkpoint';

export function createCheckpoint(db: Connection, checkpoint: Checkpoint): void {
  db.exec(`CREATE TABLE ${table}(state TEXT NOT NULL)`);
  db.prepare(`INSERT INTO ${table} VALUES(?)`).run(JSON.stringify(checkpoint));
}

/** The checkpoint of a joiner's file, or undefined where there is none. */
export function readCheckpoint(db: Connection): Checkpoint | undefined {
  const exists = db.prepare("SELECT 1 FROM main.sqlite_schema WHERE type = 'table' AND name = ?").get(table);
  const state = exists
    ? (db.prepare(`SELECT state FROM ${table}`).pluck().get() as string | undefined)
    : undefined;
  return state === undefined ? undefined : (JSON.parse(state) as Checkpoint);
}

export function writeCheckpoint(db: Connection, checkpoint: Checkpoint): void {
  db.prepare(`UPDATE ${table} SET state = ?`).run(JSON.stringify(checkpoint));
}

export function dropCheckpoint(db: Connection): void {
  db.exec(`DROP TABLE IF EXISTS ${table}`);
}
