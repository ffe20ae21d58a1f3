import type { ForesyncError } from '../../errors.ts';
import { type Connection, storeError } from './connection.ts';
import { type FileLook, lookAtFile } from './file-look.ts';
import { holds, refuseClashesIn, refuseRemains } from './place.ts';
import { refuseBuilding, stagingBytes } from './staging.ts';
import type { TableShape } from './table-shape.ts';
import { connectToLook, isLeftHalfWritten, tryWriteLock } from './untouched.ts';

/** What stands where a joiner is to appear. What comes after a problem is absent. */
export interface PlaceLook {
  file: FileLook;
  hasTable: boolean;
  /** Of the staging file that an earlier run left; undefined where there is none. */
  stagingBytes?: number | undefined;
  isHalfWritten: boolean;
  /** Why a run would be refused here. */
  problem?: ForesyncError;
}

/** Looks at a joiner's place, and leaves it as it was. `shape` is the lead's, where that is known. */
export function lookAtPlace(file: string, table: string, shape: TableShape | undefined): PlaceLook {
  const look: PlaceLook = {
    file: lookAtFile(file),
    hasTable: false,
    stagingBytes: stagingBytes(file),
    isHalfWritten: false,
  };
  let db: Connection | undefined;
  try {
    refuseBuilding(file);
    if (!look.file.exists) {
      refuseRemains(file);
      return look;
    }
    db = connectToLook(file);
    look.hasTable = holds(db, table);
    if (shape) refuseClashesIn(db, file, shape);
    tryWriteLock(file);
  } catch (error) {
    if (isLeftHalfWritten(error)) look.isHalfWritten = true;
    else look.problem = storeError(error, file);
  } finally {
    db?.close();
  }
  return look;
}
