import { hash } from 'node:crypto';
import { ForesyncError } from '../../errors.ts';
import { printable } from '../../text.ts';
import type { Connection } from './connection.ts';
import type { ScanKey } from './key-codec.ts';

export const stages = ['hot', 'snapshot', 'delta', 'verify', 'synced'] as const;
export type Stage = (typeof stages)[number];

/** What a Delta Log has: all changes after the first number, up to the last. */
export interface LogExtent {
  prunedTo: number;
  logEnd: number;
}

/** How far a joiner is. It is written in the transaction that applies the rows it speaks of. */
export interface Checkpoint {
  runId: string;
  captureId: string;
  /**
   * The boot of the host at which it was written: rows are not forced to disk until they appear, so a crash voids it before
   * that.
   */
  bootId: string;
  tableSql: string;
  stage: Stage;
  /** Changes of the Delta Log up to here are applied. */
  watermark: number;
  /** The snapshot goes on after this place; undefined at the start of the table. */
  snapshotAfter: ScanKey | undefined;
  /** The snapshot is put together in a file of its own, and has so many pages and rows there (`BulkLoad`). */
  bulk?: { pages: number; rows: number } | undefined;
  /** Of a table in its place: which process takes rows for it, as agents tell one another. */
  holder?: unknown;
  /** It was in sync and in its place once: whatever is compared anew since, nobody may take it for half built. */
  wasSynced?: boolean;
}

/** Whether all rows of the table came, at whatever moment. */
export function isWhole({ stage, wasSynced }: Checkpoint): boolean {
  return stage === 'synced' || wasSynced === true;
}

/** Where a joiner's checkpoint is while it is being built in a file of its own. */
export const stagedCheckpoint = '_foresync_checkpoint';

/** Where the checkpoint of a table is that has appeared and still takes rows; its file may hold other tables, with their own. */
export function publishedCheckpoint(table: string): string {
  return `${stagedCheckpoint}_${hash('sha256', table.toLowerCase(), 'hex').slice(0, 8)}`;
}

export function createCheckpoint(db: Connection, checkpoint: Checkpoint, table = stagedCheckpoint): void {
  db.exec(`CREATE TABLE main.${table}(state TEXT NOT NULL)`);
  db.prepare(`INSERT INTO main.${table} VALUES(?)`).run(JSON.stringify(checkpoint));
}

/** The checkpoint of a joiner's file, or undefined where there is none. */
export function readCheckpoint(db: Connection, table = stagedCheckpoint): Checkpoint | undefined {
  const exists = db.prepare("SELECT 1 FROM main.sqlite_schema WHERE type = 'table' AND name = ?").get(table);
  const state = exists
    ? (db.prepare(`SELECT state FROM main.${table}`).pluck().get() as string | undefined)
    : undefined;
  return state === undefined ? undefined : (JSON.parse(state) as Checkpoint);
}

/** Throws `joiner-busy` where it is not as `from` left it: then somebody else has taken the joiner over. */
export function moveCheckpoint(db: Connection, from: Checkpoint, to: Checkpoint, table: string): void {
  const { changes } = db
    .prepare(`UPDATE main.${table} SET state = ? WHERE state = ?`)
    .run(JSON.stringify(to), JSON.stringify(from));
  if (changes !== 1) throw joinerTaken(db.name);
}

export function dropCheckpoint(db: Connection, table = stagedCheckpoint): void {
  db.exec(`DROP TABLE IF EXISTS main.${table}`);
}

export function joinerBusy(file: string, cause?: unknown): ForesyncError {
  return new ForesyncError('exists', 'joiner-busy', `Another run is building ${printable(file)}.`, {
    hint: 'Wait for it, or stop it.',
    cause,
  });
}

/** What a run that had a joiner says when another one has it. */
export function joinerTaken(file: string, cause?: unknown): ForesyncError {
  return new ForesyncError('exists', 'joiner-busy', `Another run has taken ${printable(file)} over.`, {
    hint: 'This one leaves it alone from now on.',
    cause,
  });
}
