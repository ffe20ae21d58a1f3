import { existsSync, renameSync, rmSync } from 'node:fs';
import { ForesyncError } from '../../errors.ts';
import { printable } from '../../text.ts';
import { AheadRows } from './ahead-rows.ts';
import { type Checkpoint, moveCheckpoint, readCheckpoint, stagedCheckpoint } from './checkpoint.ts';
import { type Connection, connect } from './connection.ts';
import { whileForced } from './forced-beside.ts';
import { rowidOf, type ScanKey } from './key-codec.ts';
import { type PackedChunk, TablePages } from './pages/table-pages.ts';
import { placeForeign } from './scan.ts';
import { quote } from './sql.ts';
import { bulkPath, createStaging, discardBulk, takeFile } from './staging.ts';
import { readTableShape, type TableShape } from './table-shape.ts';

/** Leaves that are written, a row of bytes a chunk (`Leaves`), by the number of pages that the file has then. */
const leavesTable = '_foresync_leaves';

/**
 * The snapshot of a table that has no order but that of its rowids: its rows come in just the order in which they lie in the file, so their pages
 * are put together as they arrive (`TablePages`), in a file of their own beside the staging file, and those that went ahead are put between them. The staging file keeps the
 * checkpoint, the leaves that it speaks of, and the rows that went ahead, until `seal` makes the other file the staging file.
 *
 * Whatever moment the process dies at: pages that the checkpoint does not speak of are cut off; and a file that was sealed says so in a
 * checkpoint of its own.
 */
export class BulkLoad {
  readonly #db: Connection;
  readonly #pages: TablePages;
  readonly #ahead: AheadRows;

  private constructor(db: Connection, shape: TableShape, pages: TablePages) {
    this.#db = db;
    this.#pages = pages;
    this.#ahead = new AheadRows(db, shape);
  }

  /**
   * Whether the table of a staging file can be loaded that way: nothing but the rowid's order is kept while rows come in, and what a chunk carries is
   * just what a record holds. Asked of the file, since the shape came from outside.
   */
  static fits(db: Connection, shape: TableShape): boolean {
    const own = readTableShape(db, shape.name);
    const columns = db.pragma(`table_xinfo(${quote(shape.name)})`) as { hidden: number }[];
    const stored = 3;
    return (
      own.rowidIsColumn &&
      own.rowid === shape.rowid &&
      own.uniques.length === 0 &&
      own.columns.length === shape.columns.length &&
      own.columns.every(({ name }, i) => name === shape.columns[i]?.name) &&
      columns.every(({ hidden }) => hidden !== stored)
    );
  }

  /** Begins one beside a staging file in which no row of the snapshot is yet. */
  static begin(db: Connection, shape: TableShape, checkpoint: Checkpoint): BulkLoad {
    const file = bulkPath(db.name);
    discardBulk(db.name);
    const made = createStaging(file, shape, { ...checkpoint, bulk: { pages: 0, rows: 0 } });
    const at = placeIn(made, shape);
    made.close();
    return new BulkLoad(db, shape, new TablePages(file, at, keptLeaves(db, 0)));
  }

  /** Goes on with one that a checkpoint speaks of. */
  static resume(db: Connection, shape: TableShape, pages: number): BulkLoad {
    const file = bulkPath(db.name);
    const made = connect(file, { existing: true, readonly: true });
    const at = placeIn(made, shape);
    made.close();
    return new BulkLoad(db, shape, new TablePages(file, { ...at, pages }, keptLeaves(db, pages)));
  }

  /** How many pages there are, for the checkpoint. */
  get pages(): number {
    return this.#pages.pages;
  }

  /**
   * Puts a chunk's rows, which reach from one place to another, and those that went ahead between them into the file. Refuses rows that are not
   * between these places (`image-foreign`), and places that lead back (`place-foreign`): whoever goes on from the second one would find rows in the way.
   */
  append(
    image: Buffer,
    { from, to }: { from: ScanKey | undefined; to: ScanKey | undefined },
    { compare }: { compare: boolean },
  ): PackedChunk {
    const [after, last] = [from && rowidOf(from), to && rowidOf(to)];
    if (after !== undefined && last !== undefined && last <= after) throw placeForeign('leads back');
    return this.#pages.append(image, () => this.#ahead.in({ from, to }), { after, last, compare });
  }

  /** Keeps what leaves a chunk is on, in the transaction that moves the checkpoint past it. */
  keep(leaves: Buffer): void {
    if (leaves.length === 0) return;
    this.#db.prepare(`INSERT INTO main.${leavesTable} VALUES(?, ?)`).run(this.pages, leaves);
  }

  /** Rows that went ahead past a place, and are not in the file. */
  aheadAfter(place: ScanKey | undefined): number {
    return this.#ahead.countAfter(place);
  }

  /**
   * Makes the file whole, with `checkpoint` and the rows that went ahead past it, lets SQLite check all of it, and puts it in the place of the staging file, whose
   * connection is closed then.
   */
  seal(checkpoint: Checkpoint): void {
    const staging = this.#db.name;
    const file = bulkPath(staging);
    if (checkpoint.stage === 'snapshot') this.#appendAhead(checkpoint.snapshotAfter);
    this.#pages.seal();
    this.#pages.close();
    // All of it goes to disk before it appears in its place anyhow, and checking it needs no disk.
    whileForced(file, () => refuseUnsound(file));
    const db = connect(file, { existing: true });
    try {
      takeFile(db, staging);
      const before = readCheckpoint(db);
      if (!before) throw unsound(file, 'It has no checkpoint.');
      moveCheckpoint(db, before, checkpoint, stagedCheckpoint);
    } finally {
      db.close();
    }
    // Until then the lock on the staging file keeps other runs away.
    takePlace(staging);
    this.#db.close();
  }

  close(): void {
    this.#pages.close();
  }

  /** The rows that went ahead past a place, behind all others. */
  #appendAhead(after: ScanKey | undefined): void {
    for (const rows of this.#ahead.in({ from: after }))
      this.keep(this.#pages.append(rows, () => [].values(), { compare: false }).leaves);
  }
}

/** The leaves on a file's first `pages`, chunk by chunk, read anew each time; those past them, whose chunk never counted, go. */
function keptLeaves(db: Connection, pages: number): Iterable<Buffer> {
  db.exec(
    `CREATE TABLE IF NOT EXISTS main.${leavesTable}(pages INTEGER PRIMARY KEY, leaves BLOB NOT NULL);
     DELETE FROM main.${leavesTable} WHERE pages > ${pages}`,
  );
  const next = db.prepare(
    `SELECT pages, leaves FROM main.${leavesTable} WHERE pages > ? ORDER BY pages LIMIT 1`,
  );
  return {
    *[Symbol.iterator]() {
      for (let after = 0, found: { pages: number; leaves: Buffer } | undefined; ; after = found.pages) {
        found = next.get(after) as typeof found;
        if (!found) return;
        yield found.leaves;
      }
    },
  };
}

/** What a process that died left beside its staging file: `takePlace` is what is left to do for a file that was sealed. */
export function leftBulk(staging: string): 'none' | 'growing' | 'sealed' {
  const file = bulkPath(staging);
  if (!existsSync(file)) return 'none';
  // A transaction that was under way is taken back here.
  const db = connect(file, { existing: true });
  try {
    const checkpoint = readCheckpoint(db);
    if (!checkpoint) return 'none';
    return checkpoint.bulk ? 'growing' : 'sealed';
  } finally {
    db.close();
  }
}

/** Puts a sealed file in the place of its staging file, whose lock the caller holds. */
export function takePlace(staging: string): void {
  const file = bulkPath(staging);
  rmSync(`${staging}-journal`, { force: true });
  rmSync(`${file}-journal`, { force: true });
  renameSync(file, staging);
}

function placeIn(db: Connection, shape: TableShape) {
  const rootPage = db
    .prepare("SELECT rootpage FROM main.sqlite_schema WHERE type = 'table' AND name = ?")
    .pluck()
    .get(shape.name) as number;
  const pages = db.pragma('page_count', { simple: true }) as number;
  return { rootPage, pages, pageSizeBytes: db.pragma('page_size', { simple: true }) as number };
}

/** All pages, the order of the rows and their records, in SQLite's own judgement. */
function refuseUnsound(file: string): void {
  const db = connect(file, { existing: true, readonly: true });
  try {
    db.pragma('ignore_check_constraints = ON');
    const said = db.pragma('quick_check(1)', { simple: true });
    if (said !== 'ok') throw unsound(file, String(said));
  } finally {
    db.close();
  }
}

function unsound(file: string, reason: string): ForesyncError {
  return new ForesyncError(
    'verification',
    'bulk-unsound',
    `The rows that were put together in ${printable(file)} are not a sound table: ${printable(reason)}`,
    { hint: 'Check the disk of the host, then run the same command again with --restart.' },
  );
}
