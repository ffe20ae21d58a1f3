import { writeFileSync } from 'node:fs';
import type { RowKey } from '../../row-key.ts';
import type { Origin } from '../../serve/read-through.ts';
import type { Connection } from './connection.ts';
import { privateFolder, removePrivateFolder } from './image-inbox.ts';
import { bindKey } from './key-codec.ts';
import { carriedTerms, sameKey } from './scan.ts';
import { all, imageColumns, quote } from './sql.ts';
import type { TableShape } from './table-shape.ts';

/** What is noted of a key. Rows of the snapshot, nearly all, are those that nothing is noted of. */
const noted = { plan: 1, 'read-through': 2, delta: 3 } as const;

/** Keys past that are not noted. */
const maxBytes = 512 * 1024 * 1024;

/**
 * A file for `RowOrigins`, in a folder of its own beside a joiner, which is swept away if this process is killed. It outlives the joiner's connections, as when
 * the table is put in its place.
 */
export class OriginsFile {
  readonly path: string;
  /** Whether all rows that the joiner has are noted, or of the snapshot. */
  readonly isComplete: boolean;
  readonly #folder: string;

  constructor(beside: string, { isComplete }: { isComplete: boolean }) {
    this.#folder = privateFolder(beside);
    this.path = `${this.#folder}/origins.db`;
    // The connection opens none that is not there.
    writeFileSync(this.path, '', { mode: 0o600 });
    this.isComplete = isComplete;
  }

  close(): void {
    removePrivateFolder(this.#folder);
  }
}

/**
 * Tells by what each row of a joiner came first: for the log of its reads, nothing else rests on it. Noted in the transactions that bring the rows, in a file
 * that is attached, without a journal: after a transaction that failed nothing is applied any more.
 */
export class RowOrigins {
  readonly #db: Connection;
  readonly #shape: TableShape;
  readonly #isComplete: boolean;
  readonly #columns: string;
  readonly #find;
  readonly #pages;

  constructor(db: Connection, shape: TableShape, { path, isComplete }: OriginsFile) {
    this.#db = db;
    this.#shape = shape;
    this.#isComplete = isComplete;
    const names = imageColumns(shape.key.length);
    this.#columns = names.join(', ');
    db.prepare('ATTACH ? AS origins').run(path);
    db.exec('PRAGMA origins.journal_mode = OFF; PRAGMA origins.synchronous = OFF');
    // Declared like the key itself, so that a text finds the number that it stands for.
    const columns = shape.key.map(
      ({ affinity, collation }, i) => `c${i} ${affinity} COLLATE ${collation} NOT NULL`,
    );
    db.exec(
      `CREATE TABLE IF NOT EXISTS origins.o(${columns.join(', ')}, by INTEGER NOT NULL, PRIMARY KEY(${this.#columns})) WITHOUT ROWID`,
    );
    this.#find = db
      .prepare(`SELECT by FROM origins.o WHERE ${all(names.map((name) => `${name} = ?`))}`)
      .pluck();
    this.#pages = db.prepare('PRAGMA origins.page_count').pluck();
  }

  /** Of a row that is there, or of the knowledge that there is none; undefined where it is not known any more. */
  of(key: RowKey): Origin | undefined {
    const values = bindKey(key, this.#shape.key.length);
    const by = values && this.#find.get(...values);
    for (const [origin, number] of Object.entries(noted)) if (number === by) return origin as Origin;
    return this.#isComplete && !this.#isFull ? 'snapshot' : undefined;
  }

  /** Planned rows are about to be put: those of an image's `r` that `condition` allows. */
  planned(image: string, condition: string): void {
    const carried = carriedTerms(this.#shape);
    const parts = this.#shape.key.map(({ name }) => `i.c${carried.indexOf(`t.${quote(name)}`)}`);
    this.#note('IGNORE', 'plan', parts, `${image}.r i WHERE ${condition} AND ${this.#isAbsent(parts)}`);
  }

  /** Keys that were fetched, of a table `f`, are about to be put in place of what is there. */
  fetched(table: string, condition: string): void {
    const parts = imageColumns(this.#shape.key.length).map((column) => `f.${column}`);
    this.#note(
      'REPLACE',
      'read-through',
      parts,
      `${table} f WHERE ${condition} AND ${this.#isAbsent(parts)}`,
    );
  }

  /** Told before and after a round of the Delta Log, with its image and what it may change: whoever is not there before has come with it, whoever is not there after went with it. */
  changed(image: string, condition: string): void {
    const parts = imageColumns(this.#shape.key.length).map((column) => `k.${column}`);
    this.#note('REPLACE', 'delta', parts, `${image}.k k WHERE ${condition} AND ${this.#isAbsent(parts)}`);
  }

  get #isFull(): boolean {
    return (this.#pages.get() as number) * this.#shape.pageSizeBytes > maxBytes;
  }

  #isAbsent(parts: readonly string[]): string {
    return `NOT EXISTS (SELECT 1 FROM main.${quote(this.#shape.name)} t WHERE ${sameKey(this.#shape, parts)})`;
  }

  #note(
    onConflict: 'IGNORE' | 'REPLACE',
    by: keyof typeof noted,
    parts: readonly string[],
    from: string,
  ): void {
    if (this.#isFull) return;
    const isKey = all(parts.map((part) => `${part} IS NOT NULL`));
    this.#db
      .prepare(
        `INSERT OR ${onConflict} INTO origins.o SELECT ${parts.join(', ')}, ${noted[by]} FROM ${from} AND ${isKey}`,
      )
      .run();
  }
}
