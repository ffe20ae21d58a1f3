import type { FileIdentity } from '../access-log/log-file.ts';
import { hashHead, headBytes, type KnownLog, type ReadLogResult } from '../access-log/read-log.ts';
import type { StateDatabase } from '../state/open.ts';

interface SourceRow {
  replica: string;
  device: string;
  inode: string;
  path: string;
  size_bytes: number;
  modified_ms: number;
  head_bytes: number;
  head_hash: Buffer;
  read_bytes: number;
  next_line: number;
}

/**
 * The files that were read before, and how far. A file is the same if its device, inode and first bytes are; a copy or a
 * compressed rotation is known by its first 64 KiB alone. A replica's name is part of it, as the history is per replica.
 */
export class KnownLogs {
  readonly #rows: SourceRow[];
  readonly #news: SourceRow[] = [];

  constructor(rows: SourceRow[]) {
    this.#rows = rows;
  }

  static load(db: StateDatabase): KnownLogs {
    return new KnownLogs(db.prepare<[], SourceRow>('SELECT * FROM history_source').all());
  }

  get hasNews(): boolean {
    return this.#news.length > 0;
  }

  find(replica: string, identity: FileIdentity, head: Buffer): KnownLog | undefined {
    const candidates = this.#rows.filter((row) => row.replica === replica && row.head_bytes <= head.length);
    const same = candidates.find((row) => isSameFile(row, identity) && hasHead(row, head));
    const row = same ?? copyOf(candidates, head);
    if (!row) return undefined;
    return {
      offset: row.read_bytes,
      nextLine: row.next_line,
      isUnchanged:
        row === same && row.size_bytes === identity.sizeBytes && row.modified_ms === identity.modifiedMs,
    };
  }

  /** Remembers a file that was read, until `store` writes it down. */
  remember(replica: string, path: string, identity: FileIdentity, read: ReadLogResult): void {
    const row: SourceRow = {
      replica,
      device: identity.device,
      inode: identity.inode,
      path,
      size_bytes: identity.sizeBytes,
      modified_ms: identity.modifiedMs,
      head_bytes: read.headLength,
      head_hash: read.headHash,
      read_bytes: read.end.offset,
      next_line: read.end.nextLine,
    };
    const index = this.#rows.findIndex((other) => other.replica === replica && isSameFile(other, identity));
    if (index === -1) this.#rows.push(row);
    else this.#rows[index] = row;
    this.#news.push(row);
  }

  /** Writes down what was remembered, within the caller's transaction. */
  store(db: StateDatabase): void {
    const put = db.prepare(
      `INSERT OR REPLACE INTO history_source VALUES (@replica, @device, @inode, @path, @size_bytes, @modified_ms, @head_bytes,
       @head_hash, @read_bytes, @next_line)`,
    );
    for (const row of this.#news.splice(0)) put.run(row);
  }
}

/** Of several files that begin alike, the one that was read farthest. */
function copyOf(rows: SourceRow[], head: Buffer): SourceRow | undefined {
  const copies = rows.filter((row) => row.head_bytes === headBytes && hasHead(row, head));
  return copies.sort((a, b) => b.read_bytes - a.read_bytes)[0];
}

function isSameFile(row: SourceRow, identity: FileIdentity): boolean {
  return row.device === identity.device && row.inode === identity.inode;
}

function hasHead(row: SourceRow, head: Buffer): boolean {
  return row.head_bytes > 0 && hashHead(head.subarray(0, row.head_bytes)).equals(row.head_hash);
}
