import { createHash } from 'node:crypto';
import Database from 'better-sqlite3';

/** The row that counts the sales: it tells after which of them a copy was taken. */
const ledger = '#sales';

/** A shop's table of stock: a row a code, of some 200 bytes that hardly compress. */
export function makeStock(file: string, codes: Iterable<string>): void {
  const db = new Database(file);
  db.pragma('journal_mode = WAL');
  db.exec(`
    CREATE TABLE stock(code TEXT PRIMARY KEY, label TEXT NOT NULL, photo BLOB, pence INTEGER, version INTEGER NOT NULL DEFAULT 0, sold_at INTEGER);
    CREATE INDEX stock_by_price ON stock(pence);`);
  const insert = db.prepare('INSERT INTO stock(code, label, photo, pence) VALUES(?, ?, ?, ?)');
  db.transaction(() => {
    for (const code of [ledger, ...codes])
      insert.run(code, labelOf(code), photoOf(code), photoOf(code).readUInt16LE());
  })();
  db.close();
}

/** Copies a file that is in use, as it is at one moment. */
export async function copyStock(from: string, to: string): Promise<void> {
  const db = new Database(from, { readonly: true });
  try {
    await db.backup(to);
  } finally {
    db.close();
  }
}

/** The number of sales that a file knows of. */
export function salesIn(file: string): number {
  const db = new Database(file, { readonly: true });
  try {
    return countSales(db);
  } finally {
    db.close();
  }
}

/** Sells by a list of codes, over and over. The same sales after the same number of them give the same table. */
export class Till {
  readonly #db: Database.Database;
  readonly #codes: readonly string[];

  constructor(file: string, codes: readonly string[]) {
    this.#codes = codes;
    this.#db = new Database(file, { timeout: 20_000 });
    this.#db.pragma('synchronous = OFF');
  }

  get sales(): number {
    return countSales(this.#db);
  }

  /** The next sale in one transaction; some bring a new row, move a row to a new code, or delete one. */
  sell(): void {
    const db = this.#db;
    db.transaction(() => {
      const n = this.sales + 1;
      const code = this.#codes[n % this.#codes.length] ?? '';
      db.prepare('UPDATE stock SET version = ?, sold_at = ? WHERE code = ?').run(n, n * 1000, code);
      if (n % 5 === 0)
        db.prepare('INSERT OR REPLACE INTO stock VALUES(?, ?, ?, NULL, ?, NULL)').run(
          `new ${n % 1000}`,
          labelOf(code),
          photoOf(`${n}`),
          n,
        );
      if (n % 7 === 0) db.prepare('DELETE FROM stock WHERE code = ?').run(`new ${(n - 35) % 1000}`);
      if (n % 11 === 0)
        db.prepare('UPDATE OR REPLACE stock SET code = ? WHERE code = ?').run(
          `new ${(n - 20) % 1000}`,
          `new ${(n - 10) % 1000}`,
        );
      db.prepare('UPDATE stock SET version = ? WHERE code = ?').run(n, ledger);
    }).immediate();
  }

  close(): void {
    this.#db.close();
  }
}

function countSales(db: Database.Database): number {
  return db.prepare('SELECT version FROM stock WHERE code = ?').pluck().get(ledger) as number;
}

function labelOf(code: string): string {
  return createHash('sha512').update(code).digest('base64');
}

function photoOf(code: string): Buffer {
  return createHash('sha512').update(`photo of ${code}`).digest();
}
