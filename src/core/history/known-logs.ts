import type { FileIdentity } from '../access-log/log-file.ts';
import { headBytes, type KnownLog, type ReadLogResult } from '../access-log/read-log.ts';
import type { StateDatabase } from '../state/open.ts';
import { describeHead, type LogHead, SeenHead } from './log-heads.ts';

interface SourceRow extends LogHead {
  replica: string;
  device: string;
  inode: string;
  path: string;
  size_bytes: number;
  modified_ms: number;
  read_bytes: number;
  next_line: number;
}

/**
 * The logs that were read before, and how far. A log is known by its beginning, whatever file it is in now: renamed, copied before
 * the old file was truncated, or compressed. Where a head is shorter than 64 KiB, that is all that was read, and another log
 * that has the same lines with the same times, at the same replica, is taken for the same one: to count events twice would
 * be the likelier mistake. A replica's name is part of it, as the history is per replica.
 */
export class KnownLogs {
  readonly #rows: SourceRow[];
  readonly #news = new Set<SourceRow>();

  constructor(rows: SourceRow[]) {
    this.#rows = rows;
  }

  static load(db: StateDatabase): KnownLogs {
    return new KnownLogs(db.prepare<[], SourceRow>('SELECT * FROM history_source').all());
  }

  get hasNews(): boolean {
    return this.#news.size > 0;
  }

  find(replica: string, identity: FileIdentity, head: Buffer): KnownLog | undefined {
    const seen = new SeenHead(head);
    const alike = this.#rows.filter(
      (row) =>
        row.replica === replica && seen.mayBeLike(row) && (seen.beginsWith(row) || seen.isBeginningOf(row)),
    );
    const own = alike.find((row) => isSameFile(row, identity));
    const isUnchanged =
      own !== undefined &&
      seen.beginsWith(own) &&
      own.size_bytes === identity.sizeBytes &&
      own.modified_ms === identity.modifiedMs;
    // Beyond the longest head nobody knows what follows, and the file's own position is the best there is.
    const row = own && (isUnchanged || own.head_bytes === headBytes) ? own : farthest(alike);
    if (!row) return undefined;
    // A file that was rewritten shorter, and still begins as before, holds nothing new: what is left of it was counted. Where its
    // head differs it is a new log (copytruncate), and is not found here.
    const hasShrunk = row === own && identity.sizeBytes < own.size_bytes;
    return {
      offset: row.read_bytes,
      nextLine: row.next_line,
      isUnchanged,
      mayBeCut: !isUnchanged && (hasShrunk || seen.isBeginningOf(row)),
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
      ...describeHead(read.head),
      read_bytes: read.end.offset,
      next_line: read.end.nextLine,
    };
    const before = this.#rows.find((other) => other.replica === replica && isSameFile(other, identity));
    if (before && isSameState(before, row)) return;
    this.#put(row);
    if (before && !(new SeenHead(read.head).beginsWith(before) && row.read_bytes >= before.read_bytes))
      this.#keepContent(before);
  }

  /** Writes down what was remembered, within the caller's transaction. */
  store(db: StateDatabase): void {
    const put = db.prepare(
      `INSERT OR REPLACE INTO history_source (replica, device, inode, path, size_bytes, modified_ms, head_bytes, head_hash, line_hashes,
       read_bytes, next_line) VALUES (@replica, @device, @inode, @path, @size_bytes, @modified_ms, @head_bytes, @head_hash, @line_hashes,
       @read_bytes, @next_line)`,
    );
    for (const row of this.#news) put.run(row);
    this.#news.clear();
  }

  #put(row: SourceRow): void {
    const index = this.#rows.findIndex((other) => other.replica === row.replica && isSameFile(other, row));
    if (index === -1) this.#rows.push(row);
    else {
      const [replaced] = this.#rows.splice(index, 1, row);
      if (replaced) this.#news.delete(replaced);
    }
    this.#news.add(row);
  }

  /**
   * What a file held before it was truncated, or before its inode was given to another, may be in a copy that is read later.
   * Such content has no file: it is kept under its hash.
   */
  #keepContent(row: SourceRow): void {
    const kept = { ...row, device: '', inode: row.head_hash.toString('hex') };
    const other = this.#rows.find((known) => known.replica === row.replica && isSameFile(known, kept));
    if (!other || other.read_bytes < kept.read_bytes) this.#put(kept);
  }
}

/** Of several logs that begin alike, the one that was read farthest. */
function farthest(rows: SourceRow[]): SourceRow | undefined {
  return rows.toSorted((a, b) => b.read_bytes - a.read_bytes)[0];
}

function isSameFile(row: SourceRow, file: { device: string; inode: string }): boolean {
  return row.device === file.device && row.inode === file.inode;
}

function isSameState(a: SourceRow, b: SourceRow): boolean {
  return (
    a.size_bytes === b.size_bytes &&
    a.modified_ms === b.modified_ms &&
    a.read_bytes === b.read_bytes &&
    a.head_hash.equals(b.head_hash)
  );
}
