import { existsSync } from 'node:fs';
import { ForesyncError } from '../errors.ts';
import { dropCapture, isCaptured } from '../store/sqlite/capture.ts';
import { type Connection, connect } from '../store/sqlite/connection.ts';
import { DonorReader } from '../store/sqlite/donor.ts';
import type { ScanKey } from '../store/sqlite/key-codec.ts';
import { storeReplaced, tableDropped } from '../store/sqlite/refusals.ts';
import { readTableShape, type TableShape } from '../store/sqlite/table-shape.ts';
import { measureTable, positionOf } from '../store/sqlite/table-size.ts';
import { fileIdOf } from './boot-id.ts';
import { PrefetchCache } from './prefetch-cache.ts';

/** A donor's table, and how far everything at it is. */
export interface OpenDonor {
  db: Connection;
  path: string;
  fileId: string;
  shape: TableShape;
  reader: DonorReader;
  rowsEstimate: number;
  position: ((rowid: bigint) => number) | undefined;
  cache: PrefetchCache | undefined;
  /** Changes up to here are on their way to the joiner. */
  watermark: number;
  /** The place in the Delta Log and the file's version when the joiner's place was taken up; until then nothing is known to be quiet. */
  sought: { watermark: number; dataVersion: number } | undefined;
  /** The watermark at which verification began. */
  verifiedSince: number | undefined;
  snapshotAfter: ScanKey | undefined;
  snapshotDone: boolean;
  verifyAfter: ScanKey | undefined;
  verifyDone: boolean;
  rowsWalked: number;
  rowsVerified: number;
}

/** Opens a donor's table, with what is to be told of it. */
export function openDonor(path: string, table: string) {
  const db = connect(path, { existing: true });
  const shape = shapeOf(db, path, table);
  const size = measureTable(db, shape);
  const walMode = db.pragma('journal_mode', { simple: true }) === 'wal';
  const donor: OpenDonor = {
    db,
    path,
    fileId: fileIdOf(path),
    shape,
    reader: new DonorReader(db, shape),
    rowsEstimate: size.rowsEstimate,
    position: positionOf(db, shape),
    cache: undefined,
    watermark: 0,
    sought: undefined,
    verifiedSince: undefined,
    snapshotAfter: undefined,
    snapshotDone: false,
    verifyAfter: undefined,
    verifyDone: false,
    rowsWalked: 0,
    rowsVerified: 0,
  };
  return { donor, told: { shape, ...size, walMode, fileId: donor.fileId } };
}

export function closeDonor({ cache, db }: OpenDonor): void {
  cache?.close();
  db.close();
}

/** Looked at after rows were read: nobody else has written between the two. */
export function isQuiet({ reader, sought }: OpenDonor): boolean {
  return sought?.dataVersion === reader.dataVersion();
}

/** What was renamed into its place is what applications read and write from then on. */
export function refuseAnotherFile({ path, fileId, shape }: OpenDonor): void {
  if (!existsSync(path) || fileIdOf(path) !== fileId) throw storeReplaced(shape);
}

export function dropCache(donor: OpenDonor): void {
  donor.cache?.close();
  donor.cache = undefined;
  PrefetchCache.drop(donor.path, donor.shape.name);
}

/** Of a table that was dropped while it was captured, what is left of the capture and its cache is taken away. */
function shapeOf(db: Connection, path: string, table: string): TableShape {
  try {
    return readTableShape(db, table);
  } catch (error) {
    const isMissing = error instanceof ForesyncError && error.code === 'table-missing';
    if (!isMissing || !isCaptured(db, table)) throw error;
    dropCapture(db, { name: table });
    PrefetchCache.drop(path, table);
    throw tableDropped({ name: table });
  }
}
