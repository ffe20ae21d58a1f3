import type { ForesyncError } from '../../errors.ts';
import { type Connection, storeError } from './connection.ts';
import { type FileLook, lookAtFile } from './file-look.ts';
import { connectToLook, isLeftHalfWritten } from './untouched.ts';

/** What every look at a database file tells. What comes after a problem is absent. */
export interface Look {
  file: FileLook;
  /** A writer died in it, and its next opening for writing rolls that back; until then nothing more can be told. */
  isHalfWritten: boolean;
  /** Why a run would be refused here. */
  problem?: ForesyncError;
}

/**
 * Looks at a file, and leaves it as it was. `fill` puts what it finds into the look, and may throw: what it had found by then stays, and
 * why it went no further is told beside it. It opens the file itself, once it knows that there is one; that is closed here.
 */
export function lookAt<Found extends object>(
  file: string,
  found: Found,
  fill: (look: Look & Found, open: () => Connection) => void,
): Look & Found {
  const look: Look & Found = { file: lookAtFile(file), isHalfWritten: false, ...found };
  let db: Connection | undefined;
  const open = () => {
    db = connectToLook(file);
    return db;
  };
  try {
    fill(look, open);
  } catch (error) {
    if (isLeftHalfWritten(error)) look.isHalfWritten = true;
    else look.problem = storeError(error, file);
  } finally {
    db?.close();
  }
  return look;
}
