import type { StateDatabase } from '../state/open.ts';

const rowsAtOnce = 48;

/** Inserts rows many to a statement, which costs a third of one statement a row. */
export class RowInserter {
  readonly #width: number;
  readonly #one;
  readonly #many;
  #values: unknown[] = [];

  /** `insert` is the statement up to VALUES, `width` the number of its columns. */
  constructor(db: StateDatabase, insert: string, width: number) {
    const row = `(${new Array(width).fill('?').join(', ')})`;
    this.#width = width;
    this.#one = db.prepare(`${insert} ${row}`);
    this.#many = db.prepare(`${insert} ${new Array(rowsAtOnce).fill(row).join(', ')}`);
  }

  /** The row may not be there before the next `flush`. */
  add(row: unknown[]): void {
    for (const value of row) this.#values.push(value);
    if (this.#values.length < rowsAtOnce * this.#width) return;
    this.#many.run(this.#values);
    this.#values = [];
  }

  flush(): void {
    for (let at = 0; at < this.#values.length; at += this.#width)
      this.#one.run(this.#values.slice(at, at + this.#width));
    this.#values = [];
  }
}
