import { hash } from 'node:crypto';
import { existsSync, lstatSync, mkdirSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { type Connection, connect, storeError } from '../store/sqlite/connection.ts';
import { sharedMemory } from '../store/sqlite/shared-memory.ts';

/** A chunk in the cache: what `hot.read` answers, its parts compressed. */
export interface CachedChunk {
  keysRead: number;
  rows: number;
  missing: number;
  rawBytes: number;
  rowsPart: Buffer;
  digestsPart: Buffer;
}

export interface CacheOptions {
  captureId: string;
  kind: 'memory' | 'file';
  limitBytes: number;
}

export interface CacheLook {
  path: string;
  sizeBytes: number;
  captureId: string | undefined;
}

/**
 * The Prefetch Cache of one table at one donor: planned rows, read ahead of time and compressed, by the keys that they
 * were read for. A file in shared memory or in the agent's cache folder, so that no process need stay alive. It belongs
 * to one capture: without the Delta Log from before its first row its rows would be worth nothing.
 *
 * It holds nothing that cannot be read again, so it is written without a journal, and thrown away where it is damaged.
 */
export class PrefetchCache {
  readonly path: string;
  readonly #db: Connection;
  readonly #limitBytes: number;
  #storedBytes: number;

  private constructor(file: string, db: Connection, limitBytes: number) {
    this.path = file;
    this.#db = db;
    this.#limitBytes = limitBytes;
    this.#storedBytes = db
      .prepare('SELECT coalesce(sum(length(rows) + length(digests)), 0) FROM chunks')
      .pluck()
      .get() as number;
  }

  /** The cache that a capture left, or undefined; what belongs to another capture is dropped. */
  static find(store: string, table: string, captureId: string): PrefetchCache | undefined {
    let found: PrefetchCache | undefined;
    for (const file of places(store, table)) {
      if (!existsSync(file)) continue;
      const db = openSound(file);
      const owner = db?.prepare('SELECT capture_id, limit_bytes FROM owner').get() as
        | { capture_id: string; limit_bytes: number }
        | undefined;
      if (db && owner?.capture_id === captureId && !found)
        found = new PrefetchCache(file, db, owner.limit_bytes);
      else {
        db?.close();
        rmSync(file, { force: true });
      }
    }
    return found;
  }

  /** What there is of caches of a table; touches nothing. `captureId` is undefined where it does not tell. */
  static look(store: string, table: string): CacheLook[] {
    return places(store, table)
      .filter((file) => existsSync(file))
      .map((file) => ({ path: file, sizeBytes: lstatSync(file).size, captureId: ownerOf(file) }));
  }

  static create(store: string, table: string, options: CacheOptions): PrefetchCache {
    PrefetchCache.drop(store, table);
    const [memory, file] = places(store, table);
    const chosen = options.kind === 'memory' && sharedMemory() ? memory : file;
    try {
      mkdirSync(path.dirname(chosen), { recursive: true, mode: 0o700 });
      const db = connect(chosen, { existing: false });
      unjournaled(db);
      db.exec('CREATE TABLE owner(capture_id TEXT, limit_bytes INTEGER)');
      db.exec('CREATE TABLE chunks(keys_id TEXT PRIMARY KEY, header TEXT, rows BLOB, digests BLOB)');
      db.prepare('INSERT INTO owner VALUES(?, ?)').run(options.captureId, options.limitBytes);
      return new PrefetchCache(chosen, db, options.limitBytes);
    } catch (error) {
      throw storeError(error, chosen);
    }
  }

  /** Removes the cache of a table, wherever it is. May be repeated. */
  static drop(store: string, table: string): void {
    for (const file of places(store, table)) rmSync(file, { force: true });
  }

  get chunks(): number {
    return this.#db.prepare('SELECT count(*) FROM chunks').pluck().get() as number;
  }

  get storedBytes(): number {
    return this.#storedBytes;
  }

  /** False where the chunk would pass the limit; nothing is stored then. */
  store(keys: Buffer, chunk: CachedChunk): boolean {
    const { rowsPart, digestsPart, ...header } = chunk;
    const size = rowsPart.length + digestsPart.length;
    if (this.#storedBytes + size > this.#limitBytes) return false;
    try {
      this.#db
        .prepare('INSERT OR REPLACE INTO chunks VALUES(?, ?, ?, ?)')
        .run(idOf(keys), JSON.stringify(header), rowsPart, digestsPart);
    } catch (error) {
      throw storeError(error, this.path);
    }
    this.#storedBytes += size;
    return true;
  }

  read(keys: Buffer): CachedChunk | undefined {
    const row = this.#db
      .prepare('SELECT header, rows, digests FROM chunks WHERE keys_id = ?')
      .get(idOf(keys)) as { header: string; rows: Buffer; digests: Buffer } | undefined;
    return (
      row && {
        ...(JSON.parse(row.header) as Omit<CachedChunk, 'rowsPart' | 'digestsPart'>),
        rowsPart: row.rows,
        digestsPart: row.digests,
      }
    );
  }

  close(): void {
    this.#db.close();
  }
}

function places(store: string, table: string): [memory: string, file: string] {
  const name = `prefetch-${hash('sha256', `${store}\0${table.toLowerCase()}`, 'hex').slice(0, 16)}.db`;
  return [path.join('/dev/shm', `foresync-${os.userInfo().uid}-${name}`), path.join(cacheHome(), name)];
}

/** Where caches are that are files; it need not be there. */
export function cacheHome(): string {
  return path.join(process.env.XDG_CACHE_HOME || path.join(os.homedir(), '.cache'), 'foresync');
}

function ownerOf(file: string): string | undefined {
  let db: Connection | undefined;
  try {
    db = connect(file, { existing: true, readonly: true });
    return db.prepare('SELECT capture_id FROM owner').pluck().get() as string | undefined;
  } catch {
    // Damaged, or somebody else's: whatever it is, it belongs to no capture.
    return undefined;
  } finally {
    db?.close();
  }
}

function openSound(file: string): Connection | undefined {
  const { uid } = lstatSync(file);
  // In shared memory anybody can make a file of that name.
  if (process.getuid && uid !== process.getuid()) return undefined;
  try {
    const db = connect(file, { existing: true });
    unjournaled(db);
    db.prepare('SELECT count(*) FROM owner, chunks').get();
    return db;
  } catch {
    // A cache that was being written when its agent died; whatever it held is read again.
    return undefined;
  }
}

function unjournaled(db: Connection): void {
  db.pragma('journal_mode = OFF');
  db.pragma('synchronous = OFF');
}

function idOf(keys: Buffer): string {
  return hash('sha256', keys, 'hex');
}
