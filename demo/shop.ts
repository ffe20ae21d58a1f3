import Database from 'better-sqlite3';
import { itemOf } from './catalogue.ts';
import type { ShopWrite } from './orders.ts';

/** One replica of the shop's database. */
export class Shop {
  readonly #db: Database.Database;
  readonly #seed: number;
  readonly #statements;

  constructor(file: string, seed: number) {
    this.#db = new Database(file);
    this.#seed = seed;
    this.#db.pragma('journal_mode = WAL');
    this.#db.pragma('synchronous = NORMAL');
    this.#db.exec(`
      CREATE TABLE IF NOT EXISTS items(
        sku TEXT PRIMARY KEY NOT NULL, name TEXT NOT NULL, category TEXT NOT NULL, description TEXT NOT NULL,
        price_cents INTEGER NOT NULL, stock INTEGER NOT NULL, rating REAL, version INTEGER NOT NULL);
      CREATE INDEX IF NOT EXISTS items_by_category ON items(category, price_cents);
      CREATE TABLE IF NOT EXISTS changes(version INTEGER NOT NULL, what TEXT NOT NULL, sku TEXT NOT NULL);`);
    this.#statements = {
      insert: this.#db.prepare(
        'INSERT INTO items VALUES(@sku, @name, @category, @description, @priceCents, @stock, @rating, @version)',
      ),
      sell: this.#db.prepare('UPDATE items SET stock = stock - 1, version = ? WHERE sku = ?'),
      reprice: this.#db.prepare('UPDATE items SET price_cents = ?, version = ? WHERE sku = ?'),
      remove: this.#db.prepare('DELETE FROM items WHERE sku = ?'),
      note: this.#db.prepare('INSERT INTO changes VALUES(?, ?, ?)'),
    };
  }

  /** Fills the table with the items from 0 up to, and without, `rows`. */
  fill(rows: number): void {
    this.#db.transaction(() => {
      for (let index = 0; index < rows; index++) this.#insert(index, 0);
    })();
  }

  /** One transaction. Every row that it changes carries the transaction's number, and `changes` tells what it did to which. */
  apply({ version, sold, repriced, added, removed }: ShopWrite): void {
    const { sell, reprice, remove, note } = this.#statements;
    this.#db
      .transaction(() => {
        for (const sku of sold) {
          sell.run(version, sku);
          note.run(version, 'changed', sku);
        }
        if (repriced) {
          reprice.run(repriced.priceCents, version, repriced.sku);
          note.run(version, 'changed', repriced.sku);
        }
        if (added !== undefined) note.run(version, 'added', this.#insert(added, version));
        if (removed !== undefined) {
          remove.run(removed);
          note.run(version, 'removed', removed);
        }
      })
      .immediate();
  }

  close(): void {
    this.#db.pragma('wal_checkpoint(TRUNCATE)');
    this.#db.close();
  }

  #insert(index: number, version: number): string {
    const item = itemOf(this.#seed, index);
    this.#statements.insert.run({ ...item, version });
    return item.sku;
  }
}
