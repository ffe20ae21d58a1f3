import { existsSync } from 'node:fs';
import {
  type Checkpoint,
  dropCheckpoint,
  isWhole,
  type LogExtent,
  moveCheckpoint,
  publishedCheckpoint,
  readCheckpoint,
} from './checkpoint.ts';
import { type Connection, connect, storeError } from './connection.ts';
import { quote } from './sql.ts';
import { dropStatus, moveStatus } from './status-table.ts';
import type { TableShape } from './table-shape.ts';

/** Applications write to the same file; theirs come first. */
const busyTimeoutMs = 10_000;

/**
 * The table in its place, which still takes rows while applications use it, with its checkpoint; undefined where there is none, or where it has
 * another definition. Every transaction is forced to disk: what the checkpoint says is there is there, whatever becomes of the
 * host. From here on a process that had it before writes no more.
 *
 * Where it is of another Delta Log, or lacks changes that were pruned from it, what it missed is unknown: a table that was in sync is to be compared anew, another one copied anew
 * over what is there.
 */
export function openPublished(
  file: string,
  shape: TableShape,
  { log, ...identity }: { runId: string; captureId: string; holder?: unknown; log: LogExtent },
): { db: Connection; checkpoint: Checkpoint } | undefined {
  const table = publishedCheckpoint(shape.name);
  if (!existsSync(file)) return undefined;
  const db = connect(file, { existing: true });
  try {
    db.pragma(`busy_timeout = ${busyTimeoutMs}`);
    db.pragma('synchronous = FULL');
    db.pragma('ignore_check_constraints = ON');
    const checkpoint = db
      .transaction(() => {
        const found = readCheckpoint(db, table);
        if (found?.tableSql !== shape.sql) return undefined;
        const isInLog = found.watermark >= log.prunedTo && found.watermark <= log.logEnd;
        const missedNothing = found.captureId === identity.captureId && isInLog;
        const goneOnWith = { ...(missedNothing ? found : anew(found, log.prunedTo)), ...identity };
        moveCheckpoint(db, found, goneOnWith, table);
        if (goneOnWith.stage !== 'synced') moveStatus(db, shape.name, 'hot');
        return goneOnWith;
      })
      .immediate();
    if (checkpoint) return { db, checkpoint };
  } catch (error) {
    db.close();
    throw storeError(error, file);
  }
  db.close();
  return undefined;
}

function anew(checkpoint: Checkpoint, watermark: number): Checkpoint {
  const from = { ...checkpoint, watermark, snapshotAfter: undefined };
  return isWhole(checkpoint) ? { ...from, stage: 'verify', wasSynced: true } : { ...from, stage: 'snapshot' };
}

/** Ends what `openPublished` opens; the table stays as it is. May be repeated. */
export function releasePublished(file: string, table: string): void {
  writing(file, (db) => dropCheckpoint(db, publishedCheckpoint(table)));
}

/**
 * Takes a table away that appeared and never was in sync, with all that belongs to it. The file stays, whatever else is in it: applications
 * may have it open. False, with nothing done, where there is no such table. May be repeated.
 */
export function withdrawPublished(file: string, table: string): boolean {
  const withdrawn = writing(file, (db) => {
    const name = publishedCheckpoint(table);
    const checkpoint = readCheckpoint(db, name);
    if (!checkpoint || isWhole(checkpoint)) return false;
    db.exec(`DROP TABLE IF EXISTS main.${quote(table)}`);
    dropCheckpoint(db, name);
    dropStatus(db, table);
    return true;
  });
  return withdrawn ?? false;
}

function writing<T>(file: string, work: (db: Connection) => T): T | undefined {
  if (!existsSync(file)) return undefined;
  const db = connect(file, { existing: true });
  try {
    db.pragma(`busy_timeout = ${busyTimeoutMs}`);
    return db.transaction(() => work(db)).immediate();
  } catch (error) {
    throw storeError(error, file);
  } finally {
    db.close();
  }
}
