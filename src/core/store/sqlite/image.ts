import { hash } from 'node:crypto';
import { ForesyncError } from '../../errors.ts';
import { release } from '../../release.ts';
import type { Connection } from './connection.ts';
import { imageColumns } from './sql.ts';

/**
 * A chunk image: a small SQLite database in memory with the rows of a chunk (`r`), the keys that it is about (`k`), or
 * both. `INSERT … SELECT` fills it and `serialize()` gives its bytes, so that no row passes through JavaScript and every
 * value stays bit-exact. Its columns have no type and no name of the user's.
 *
 * The same rows put in by the same statements give the same bytes, so an image's hash serves as the digest of its rows.
 * The converse need not hold: where two digests differ, the rows themselves are compared.
 */
export interface Image {
  readonly name: string;
  bytes(): Buffer;
}

/** Columns of the two tables of an image; a table without columns is left out. */
export interface ImageShape {
  rowColumns: number;
  keyColumns: number;
  /** The row column that is the rowid; rows are then in its order, and lie in the image as in the table. */
  rowidColumn?: number | undefined;
  /** Past this size filling it fails with SQLITE_FULL, and so does the transaction. */
  maxBytes?: number;
}

const pageSizeBytes = 16384;
/** Of an image whose size is bounded: its schema and some rows always fit. */
const leastPages = 8;

/** CREATE statements of an image; one that came from outside must have exactly these. */
export function imageSchema(shape: ImageShape): string[] {
  const tables: [string, number][] = [
    ['r', shape.rowColumns],
    ['k', shape.keyColumns],
  ];
  return tables
    .filter(([, count]) => count > 0)
    .map(([table, count]) => {
      const columns = imageColumns(count);
      if (table === 'r' && shape.rowidColumn !== undefined)
        columns[shape.rowidColumn] += ' INTEGER PRIMARY KEY';
      return `CREATE TABLE ${table}(${columns.join(',')})`;
    });
}

/**
 * Attaches new images, lets `work` fill them in one transaction, so that all it reads is of one moment, and detaches
 * them. Not to be called inside a transaction.
 */
export function withImages<T>(
  db: Connection,
  shapes: readonly ImageShape[],
  work: (...images: Image[]) => T,
): T {
  const attached: string[] = [];
  try {
    const images = shapes.map((shape, index) => {
      const name = `image${index}`;
      db.exec(`ATTACH ':memory:' AS ${name}`);
      attached.push(name);
      prepare(db, name, shape);
      return { name, bytes: () => db.serialize({ attached: name }) };
    });
    return db.transaction(() => work(...images)).deferred();
  } finally {
    for (const name of attached) db.exec(`DETACH ${name}`);
  }
}

function prepare(db: Connection, name: string, shape: ImageShape): void {
  db.exec(`PRAGMA ${name}.page_size = ${pageSizeBytes}; PRAGMA ${name}.journal_mode = OFF`);
  for (const sql of imageSchema(shape)) db.exec(sql.replace('CREATE TABLE ', `CREATE TABLE ${name}.`));
  if (shape.maxBytes === undefined) return;
  const pages = Math.max(leastPages, Math.ceil(shape.maxBytes / pageSizeBytes));
  db.exec(`PRAGMA ${name}.max_page_count = ${pages}`);
}

export function imageForeign(cause?: unknown): ForesyncError {
  return new ForesyncError('protocol', 'image-foreign', 'A chunk from the donor is not a sound chunk.', {
    cause,
  });
}

export function digestOf(image: Buffer): string {
  return hash('sha256', image, 'hex');
}

/** Whether an image that nothing else is wanted of is another, byte by byte: then their rows are the same. Its memory is released. */
export function isSameSpent(image: Buffer, other: Buffer): boolean {
  const same = image.equals(other);
  release([image]);
  return same;
}

/** The digest of an image that nothing else is wanted of: its memory is released. */
export function digestOfSpent(image: Buffer): string {
  const digest = digestOf(image);
  release([image]);
  return digest;
}
