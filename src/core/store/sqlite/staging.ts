import { existsSync, rmSync, statSync } from 'node:fs';
import { ForesyncError, systemCodeOf } from '../../errors.ts';
import {
  type Checkpoint,
  createCheckpoint,
  joinerBusy,
  type LogExtent,
  readCheckpoint,
} from './checkpoint.ts';
import { type Connection, connect } from './connection.ts';
import { notRecreatable } from './refusals.ts';
import { RowWriter } from './row-writer.ts';
import type { TableShape } from './table-shape.ts';

/** Pages that the joiner keeps in memory while it loads: enough for the inner pages of the indexes of a large table. */
const cacheKiB = 64 * 1024;

/** The file that a joiner is built in, beside the one that it becomes. */
export function stagingPath(file: string): string {
  return `${file}.foresync-joining`;
}

/** The file that a snapshot's rows are put together in, beside a staging file. */
export function bulkPath(staging: string): string {
  return `${staging}-rows`;
}

/** Removes a staging file that was left; refuses one that another run is building. May be repeated. */
export function discardLeftStaging(file: string): void {
  const held = heldUnlessDamaged(stagingPath(file));
  try {
    discardStaging(file);
  } finally {
    held?.close();
  }
}

/** Removes a staging file and what belongs to it, the file itself last: as long as it is there, what belongs to it is known. May be repeated. */
export function discardStaging(file: string): void {
  const staging = stagingPath(file);
  discardBulk(staging);
  for (const suffix of ['-journal', '-wal', '-shm', '']) rmSync(`${staging}${suffix}`, { force: true });
}

/** Removes the file that a snapshot's rows were put together in. May be repeated. */
export function discardBulk(staging: string): void {
  for (const suffix of ['-journal', '']) rmSync(`${bulkPath(staging)}${suffix}`, { force: true });
}

/** Bytes of a staging file and of what belongs to it; undefined where there is none. */
export function stagingBytes(file: string): number | undefined {
  const staging = stagingPath(file);
  const [own, rows] = [staging, bulkPath(staging)].map(
    (name) => statSync(name, { throwIfNoEntry: false })?.size,
  );
  return own === undefined && rows === undefined ? undefined : (own ?? 0) + (rows ?? 0);
}

/** The staging file as it was left, with the lock on it; undefined where it belongs to another capture, table or boot of the host, or lacks changes that were pruned. */
export function reopen(
  staging: string,
  shape: TableShape,
  identity: { captureId: string; bootId: string; log: LogExtent },
): { db: Connection; checkpoint: Checkpoint } | undefined {
  const db = openStaging(staging);
  try {
    const checkpoint = readCheckpoint(db);
    if (
      checkpoint &&
      checkpoint.captureId === identity.captureId &&
      checkpoint.bootId === identity.bootId &&
      checkpoint.watermark >= identity.log.prunedTo &&
      checkpoint.watermark <= identity.log.logEnd &&
      checkpoint.tableSql === shape.sql
    ) {
      return { db, checkpoint };
    }
  } catch (error) {
    db.close();
    throw error;
  }
  db.close();
  return undefined;
}

/** Opens a staging file that is there, with the lock on it. */
export function openStaging(staging: string): Connection {
  const inode = inodeOf(staging);
  const db = connectUnlessBusy(staging);
  try {
    takeFile(db, staging);
    refuseReplaced(staging, inode);
    return db;
  } catch (error) {
    db.close();
    throw error;
  }
}

/** A new staging file with the empty table and the checkpoint, and the lock on it. */
export function createStaging(staging: string, shape: TableShape, checkpoint: Checkpoint): Connection {
  const db = connect(staging, { existing: false });
  try {
    const inode = inodeOf(staging);
    db.pragma(`page_size = ${shape.pageSizeBytes}`);
    db.pragma(`encoding = '${shape.encoding}'`);
    takeFile(db, staging);
    refuseReplaced(staging, inode);
    db.transaction(() => createTables(db, shape, checkpoint))();
    return db;
  } catch (error) {
    // Its lock would make the file look as if another run were building it.
    db.close();
    throw error;
  }
}

function createTables(db: Connection, shape: TableShape, checkpoint: Checkpoint): void {
  try {
    new RowWriter(db, shape).createTable();
  } catch (error) {
    throw notRecreatable(shape, error);
  }
  createCheckpoint(db, checkpoint);
}

function connectUnlessBusy(staging: string, { readonly = false } = {}): Connection {
  try {
    return connect(staging, { existing: true, readonly });
  } catch (error) {
    throw error instanceof ForesyncError && error.code === 'store-busy' ? joinerBusy(staging, error) : error;
  }
}

/** Refuses a staging file that another run is building, as that run's lock tells; touches nothing. */
export function refuseBuilding(file: string): void {
  if (!existsSync(stagingPath(file))) return;
  try {
    connectUnlessBusy(stagingPath(file), { readonly: true }).close();
  } catch (error) {
    // Whatever else is wrong with what was left, whoever goes on sees to it.
    if (error instanceof ForesyncError && error.code === 'joiner-busy') throw error;
  }
}

function heldUnlessDamaged(staging: string): Connection | undefined {
  if (!existsSync(staging)) return undefined;
  try {
    return openStaging(staging);
  } catch (error) {
    // A damaged file is what is to be thrown away.
    if (error instanceof ForesyncError && error.code === 'joiner-busy') throw error;
    return undefined;
  }
}

/** Whoever waited for the lock may have got that of a file that was removed, or renamed, or had another put in its place meanwhile. */
function refuseReplaced(staging: string, inode: bigint | undefined): void {
  if (inode === undefined || inodeOf(staging) !== inode) throw joinerBusy(staging);
}

function inodeOf(file: string): bigint | undefined {
  return statSync(file, { bigint: true, throwIfNoEntry: false })?.ino;
}

/** One run builds a joiner at a time: the lock is kept until the connection closes. */
export function takeFile(db: Connection, staging: string): void {
  try {
    db.pragma('locking_mode = EXCLUSIVE');
    db.pragma('journal_mode = TRUNCATE');
    db.pragma('synchronous = OFF');
    db.pragma(`cache_size = -${cacheKiB}`);
    db.pragma('ignore_check_constraints = ON');
    db.exec('BEGIN EXCLUSIVE; COMMIT');
  } catch (error) {
    throw /^SQLITE_(BUSY|LOCKED)/.test(systemCodeOf(error) ?? '') ? joinerBusy(staging, error) : error;
  }
}
