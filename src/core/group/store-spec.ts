import path from 'node:path';
import { ForesyncError } from '../errors.ts';
import { printable } from '../text.ts';

/** A replica's database: for SQLite the path of its file on the replica's host. */
export interface StoreSpec {
  kind: 'sqlite';
  path: string;
}

export const storePattern = /^sqlite:([^\0]+)$/;

/**
 * Reads `sqlite:PATH`. A relative path is resolved against `folder` where that is given (a store on this machine), and
 * refused otherwise, because what it is relative to would be the remote login's business.
 */
export function parseStore(text: string, folder: string | undefined): StoreSpec {
  const file = storePattern.exec(text)?.[1];
  if (!file) throw invalid(text, 'Write sqlite:PATH.');
  if (path.posix.isAbsolute(file)) return { kind: 'sqlite', path: file };
  if (folder === undefined)
    throw invalid(text, 'On a remote host the path must be absolute: sqlite:/srv/shop/shop.db.');
  return { kind: 'sqlite', path: path.resolve(folder, file) };
}

function invalid(text: string, hint: string): ForesyncError {
  return new ForesyncError('usage', 'store-invalid', `'${printable(text)}' is no store.`, { hint });
}
