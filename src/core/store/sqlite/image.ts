import { hash } from 'node:crypto';
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
}

const pageSizeBytes = 16384;

/** CREATE statements of an image; one that came from outside must have exactly these. */
export function imageSchema(shape: ImageShape): string[] {
  const tables: [string, number][] = [
    ['r', shape.rowColumns],
    ['k', shape.keyColumns],
  ];
  return tables
    .filter(([, count]) => count > 0)
    .map(([table, count]) => `CREATE TABLE ${table}(${imageColumns(count).join(',')})`);
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
  const images: Image[] = [];
  try {
    for (const [index, shape] of shapes.entries()) images.push(attach(db, `image${index}`, shape));
    return db.transaction(() => work(...images)).deferred();
  } finally {
    for (const { name } of images) db.exec(`DETACH ${name}`);
  }
}

function attach(db: Connection, name: string, shape: ImageShape): Image {
  db.exec(`ATTACH ':memory:' AS ${name}`);
  db.exec(`PRAGMA ${name}.page_size = ${pageSizeBytes}; PRAGMA ${name}.journal_mode = OFF`);
  for (const sql of imageSchema(shape)) db.exec(sql.replace('CREATE TABLE ', `CREATE TABLE ${name}.`));
  return { name, bytes: () => db.serialize({ attached: name }) };
}

export function digestOf(image: Buffer): string {
  return hash('sha256', image, 'hex');
}
