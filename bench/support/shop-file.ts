import Database from 'better-sqlite3';
import { seededRandom } from './random.ts';

/** An INTEGER PRIMARY KEY in its order, or a TEXT PRIMARY KEY whose order has nothing to do with that of the rows. */
export type KeyKind = 'integer' | 'text';

export const shopTable = 'items';

const syllables =
  'ba be bi bo da de di do ka ke ki ko la le li lo ma me mi mo na ne ra re ri ro sa se ta to'.split(' ');
const usualPhotoBytes = 16;

/** The key of row `n`, counted from 1. Texts look random and never repeat: the factor is odd, so it permutes 32 bits. */
export function shopKey(kind: KeyKind, n: number): number | string {
  return kind === 'integer' ? n : `item-${(Math.imul(n, 0x9e3779b1) >>> 0).toString(36)}`;
}

/**
 * Writes a shop's table to a new file: numbers, texts of phrases that come again and again, and a photo's random bytes. A row
 * takes about 250 bytes of the file, and zstd level 1 leaves about a third of it; with larger photos, which nothing makes smaller, more. The same arguments give the same file.
 */
export function writeShopFile(
  file: string,
  options: { rows: number; kind: KeyKind; photoBytes?: number | undefined; seed: number },
): void {
  const { photoBytes = usualPhotoBytes } = options;
  const random = seededRandom(options.seed);
  const words = made(1000, () => made(2 + Math.floor(random() * 3), () => pick(syllables, random)).join(''));
  const phrases = made(1000, () => made(6, () => pick(words, random)).join(' '));
  const db = new Database(file);
  db.pragma('journal_mode = OFF');
  db.pragma('synchronous = OFF');
  db.exec(
    `CREATE TABLE ${shopTable}(${options.kind === 'integer' ? 'id INTEGER' : 'sku TEXT'} PRIMARY KEY, name TEXT NOT NULL,
      description TEXT NOT NULL, price REAL NOT NULL, stock INTEGER NOT NULL, updated TEXT NOT NULL, photo BLOB)`,
  );
  const insert = db.prepare(`INSERT INTO ${shopTable} VALUES (?, ?, ?, ?, ?, ?, ?)`);
  db.transaction(() => {
    for (let n = 1; n <= options.rows; n++) {
      insert.run(
        shopKey(options.kind, n),
        pick(words, random),
        made(3 + Math.floor(random() * 3), () => pick(phrases, random)).join(', '),
        Math.floor(random() * 10_000) / 100,
        Math.floor(random() * 1000),
        new Date(Date.UTC(2026, 0, 1) + n * 1000).toISOString(),
        photo(photoBytes, random),
      );
    }
  })();
  db.pragma('journal_mode = WAL');
  db.close();
}

function made<T>(count: number, make: () => T): T[] {
  return Array.from({ length: count }, make);
}

function photo(photoBytes: number, random: () => number): Buffer {
  const bytes = Buffer.allocUnsafe(photoBytes);
  for (let i = 0; i < photoBytes; i += 4) bytes.writeUInt32LE(Math.floor(random() * 2 ** 32), i);
  return bytes;
}

function pick(from: readonly string[], random: () => number): string {
  return from[Math.floor(random() * from.length)] ?? '';
}
