import { ForesyncError } from '../../errors.ts';
import { printable } from '../../text.ts';
import { type Bystanders, readBystanders } from './bystanders.ts';
import { type CaptureState, isCaptured, readCapture } from './capture.ts';
import type { Connection } from './connection.ts';
import { type Look, lookAt } from './look.ts';
import { rehearseCopy } from './rehearsal.ts';
import { readTableShape, type TableShape } from './table-shape.ts';
import { measureTable, type TableSize } from './table-size.ts';
import { tryWriteLock } from './untouched.ts';

/** What a donor's store looks like. */
export interface StoreLook extends Look {
  database?: { journalMode: string; encoding: string; pageSizeBytes: number };
  table?: TableSize & { shape: TableShape } & Bystanders;
  /** There is a Delta Log of the table, or of one of that name that is gone. */
  isCaptured: boolean;
  capture?: Pick<CaptureState, 'id' | 'keys' | 'broken' | 'leaseUntilMs'>;
}

/** Looks at a store. With `willWrite` also whether the write lock is to be had. */
export function lookAtStore(file: string, table: string, { willWrite }: { willWrite: boolean }): StoreLook {
  return lookAt<Omit<StoreLook, keyof Look>>(file, { isCaptured: false }, (look, open) => {
    if (look.file.exists && !look.file.isFile) throw notAFile(file);
    readInto(look, open(), table);
    if (willWrite) tryWriteLock(file);
  });
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
