import { accessSync, constants, existsSync, type Stats, statfsSync, statSync } from 'node:fs';
import path from 'node:path';
import { storeError } from './connection.ts';

/** A file and its folder as the system tells of them to this login. */
export interface FileLook {
  folderExists: boolean;
  /** Files can be made in the folder. */
  canWriteFolder: boolean;
  /** On the folder's disk; undefined where there is no folder. */
  freeBytes?: number | undefined;
  exists: boolean;
  isFile: boolean;
  canRead: boolean;
  canWrite: boolean;
  sizeBytes: number;
  /** Undefined where there is no file. */
  ownerUid?: number | undefined;
  /** Of the login; undefined where the system has none. */
  loginUid?: number | undefined;
}

/** Looks at a file and its folder, and opens neither. Throws `store-denied` where the way to it is barred. */
export function lookAtFile(file: string): FileLook {
  const folder = path.dirname(file);
  const folderExists = existsSync(folder);
  const stats = statsOf(file);
  return {
    folderExists,
    canWriteFolder: allows(folder, constants.W_OK | constants.X_OK),
    freeBytes: folderExists ? freeBytesOf(folder) : undefined,
    exists: stats !== undefined,
    isFile: stats?.isFile() ?? false,
    canRead: allows(file, constants.R_OK),
    canWrite: allows(file, constants.W_OK),
    sizeBytes: stats?.size ?? 0,
    ownerUid: stats?.uid,
    loginUid: process.getuid?.(),
  };
}

/** What a login that is not root may still write to the disk that a folder is on. */
export function freeBytesOf(folder: string): number {
  const { bavail, bsize } = statfsSync(folder);
  return bavail * bsize;
}

function statsOf(file: string): Stats | undefined {
  try {
    return statSync(file, { throwIfNoEntry: false });
  } catch (error) {
    throw storeError(error, file);
  }
}

function allows(file: string, mode: number): boolean {
  try {
    accessSync(file, mode);
    return true;
  } catch {
    // Why not, whoever opens it is told.
    return false;
  }
}
