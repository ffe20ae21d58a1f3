import { ForesyncError } from '../../errors.ts';
import { printable } from '../../text.ts';
import { type Bystanders, readBystanders } from './bystanders.ts';
import { type CaptureState, isCaptured, readCapture } from './capture.ts';
import { type Connection, storeError } from './connection.ts';
import { type FileLook, lookAtFile } from './file-look.ts';
import { rehearseCopy } from './rehearsal.ts';
import { readTableShape, type TableShape } from './table-shape.ts';
import { measureTable, type TableSize } from './table-size.ts';
import { connectToLook, isLeftHalfWritten, tryWriteLock } from './untouched.ts';

/** What a donor's store looks like. What comes after a problem is absent. */
export interface StoreLook {
  file: FileLook;
  database?: { journalMode: string; encoding: string; pageSizeBytes: number };
  table?: TableSize & { shape: TableShape } & Bystanders;
  /** There is a Delta Log of the table, or of one of that name that is gone. */
  isCaptured: boolean;
  capture?: Pick<CaptureState, 'id' | 'keys' | 'broken' | 'leaseUntilMs'>;
  /** A writer died in it, and its next opening for writing rolls that back; until then nothing more can be told. */
  isHalfWritten: boolean;
  /** Why a run would be refused here. */
  problem?: ForesyncError;
}

/** Looks at a store, and leaves it as it was. With `willWrite` also whether the write lock is to be had. */
export function lookAtStore(file: string, table: string, { willWrite }: { willWrite: boolean }): StoreLook {
  const look: StoreLook = { file: lookAtFile(file), isCaptured: false, isHalfWritten: false };
  let db: Connection | undefined;
  try {
    if (look.file.exists && !look.file.isFile) throw notAFile(file);
    db = connectToLook(file);
    readInto(look, db, table);
    if (willWrite) tryWriteLock(file);
  } catch (error) {
    if (isLeftHalfWritten(error)) look.isHalfWritten = true;
    else look.problem = storeError(error, file);
  } finally {
    db?.close();
  }
  return look;
}

function readInto(look: StoreLook, db: Connection, table: string): void {
  look.database = {
    journalMode: db.pragma('journal_mode', { simple: true }) as string,
    encoding: db.pragma('encoding', { simple: true }) as string,
    pageSizeBytes: db.pragma('page_size', { simple: true }) as number,
  };
  look.isCaptured = isCaptured(db, table);
  const shape = readTableShape(db, table);
  const capture = readCapture(db, shape);
  if (capture) {
    const { id, keys, broken, leaseUntilMs } = capture;
    look.capture = { id, keys, broken, leaseUntilMs };
  }
  look.table = { shape, ...measureTable(db, shape), ...readBystanders(db, shape) };
  rehearseCopy(shape);
}

function notAFile(file: string): ForesyncError {
  return new ForesyncError('permission', 'store-denied', `${printable(file)} is no file.`, {
    hint: 'Name the database file itself in foresync.yaml.',
  });
}
