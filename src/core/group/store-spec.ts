import path from 'node:path';
import { ForesyncError } from '../errors.ts';
import { printable } from '../text.ts';
import { parsePostgresUrl } from './postgres-url.ts';

/** A replica's database. */
export interface StoreSpec {
  kind: 'sqlite' | 'postgres';
  /** For SQLite the path of its file on the replica's host; for PostgreSQL its URL as that host reaches it, which holds no password. */
  path: string;
}

export const storePattern = /^(sqlite:[^\0]+|postgres(ql)?:\/\/[^\0]*)$/;
const sqlitePattern = /^sqlite:([^\0]+)$/;
const postgresPattern = /^postgres(?:ql)?:\/\//;

/**
 * Reads `sqlite:PATH` or `postgres://…`. A relative path is resolved against `folder` where that is given (a store on this machine), and
 * refused otherwise, because what it is relative to would be the remote login's business.
 */
export function parseStore(text: string, folder: string | undefined): StoreSpec {
  if (postgresPattern.test(text)) {
    parsePostgresUrl(text);
    return { kind: 'postgres', path: text };
  }
  const file = sqlitePattern.exec(text)?.[1];
  if (!file) throw invalid(text, 'Write sqlite:PATH or postgres://user@host:port/database.');
  if (path.posix.isAbsolute(file)) return { kind: 'sqlite', path: file };
  if (folder === undefined)
    throw invalid(text, 'On a remote host the path must be absolute: sqlite:/srv/shop/shop.db.');
  return { kind: 'sqlite', path: path.resolve(folder, file) };
}

/** A store as the operator writes it. */
export function storeText({ kind, path: place }: StoreSpec): string {
  return kind === 'sqlite' ? `sqlite:${place}` : place;
}

/** A store as the journal keeps it, by its path alone. */
export function storedStore(kept: string): StoreSpec {
  return { kind: postgresPattern.test(kept) ? 'postgres' : 'sqlite', path: kept };
}

function invalid(text: string, hint: string): ForesyncError {
  return new ForesyncError('usage', 'store-invalid', `'${printable(text)}' is no store.`, { hint });
}
