import pg from 'pg';
import type { PostgresServer } from './postgres.ts';

/**
 * Writes to a table `live (id int PRIMARY KEY, n int, note text, body text)` as an application does, until it is stopped: inserts, updates, deletes, changes of keys,
 * updates that leave a large value as it was, transactions that are rolled back, now and then a TRUNCATE. What is written follows from the seed; a server that goes away is
 * waited for.
 */
export class PostgresWriter {
  readonly #server: PostgresServer;
  readonly #random: () => number;
  readonly #done: Promise<void>;
  #isStopping = false;
  #client: pg.Client | undefined;
  /** Transactions that were committed. */
  commits = 0;

  constructor(server: PostgresServer, seed: number) {
    this.#server = server;
    this.#random = numbersFrom(seed);
    this.#done = this.#write();
  }

  static readonly table =
    `CREATE TABLE live (id int PRIMARY KEY, n int NOT NULL DEFAULT 0, note text, body text);
    ALTER TABLE live ALTER body SET STORAGE EXTERNAL;
    INSERT INTO live SELECT g, 0, 'note ' || g, CASE WHEN g % 3 = 0 THEN repeat('large ' || g, 600) END FROM generate_series(1, 4000) g;`;

  async stop(): Promise<void> {
    this.#isStopping = true;
    await this.#done;
  }

  async #write(): Promise<void> {
    while (!this.#isStopping) {
      try {
        const client = await this.#connected();
        await client.query(this.#transaction());
        this.commits += 1;
      } catch {
        // The server was stopped under it, or the key is taken.
        await this.#client?.query('ROLLBACK').catch(() => this.#forget());
        await new Promise((resolve) => setTimeout(resolve, 5));
      }
      await new Promise((resolve) => setTimeout(resolve, 2));
    }
    await this.#client?.end();
  }

  async #connected(): Promise<pg.Client> {
    if (this.#client) return this.#client;
    const client = new pg.Client({ host: this.#server.socketFolder, user: 'postgres', database: 'postgres' });
    client.on('error', () => this.#forget());
    await client.connect();
    this.#client = client;
    return client;
  }

  #forget(): void {
    this.#client = undefined;
  }

  #transaction(): string {
    const count = 1 + Math.floor(this.#random() * 4);
    const statements = Array.from({ length: count }, () => this.#statement());
    const end = this.#random() < 0.05 ? 'ROLLBACK' : 'COMMIT';
    return `BEGIN; ${statements.join('; ')}; ${end}`;
  }

  #statement(): string {
    const id = 1 + Math.floor(this.#random() * 5000);
    const other = 1 + Math.floor(this.#random() * 5000);
    const kind = this.#random();
    if (kind < 0.25)
      return `INSERT INTO live VALUES (${id}, 1, 'new', repeat('body ${other}', ${other % 400})) ON CONFLICT (id) DO UPDATE SET n = live.n + 1`;
    if (kind < 0.6) return `UPDATE live SET n = n + 1, note = E'changed\\t${other}' WHERE id = ${id}`;
    if (kind < 0.7)
      return `UPDATE live SET n = n + 1, body = repeat('b ${other}', ${other % 500}) WHERE id = ${id}`;
    if (kind < 0.82)
      return `UPDATE live SET id = ${other}, n = n + 1 WHERE id = ${id} AND NOT EXISTS (SELECT FROM live WHERE id = ${other})`;
    if (kind < 0.999) return `DELETE FROM live WHERE id = ${id}`;
    return `TRUNCATE live; INSERT INTO live SELECT g, 0, 'again', CASE WHEN g % 2 = 0 THEN repeat('again ' || g, 300) END FROM generate_series(1, 5000, ${2 + (other % 5)}) g`;
  }
}

/** Numbers from 0 to 1 that follow from a seed (mulberry32). */
export function numbersFrom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
