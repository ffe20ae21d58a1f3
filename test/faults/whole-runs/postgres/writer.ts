import pg from 'pg';
import type { PostgresServer } from '../../../support/postgres.ts';
import type { PgCase } from './case.ts';
import { isRow, markNumber, markSql } from './random-table.ts';

const longMs = 400;
/** Classes of SQLSTATE that are a write's own mistakes, which are a part of it: integrity, data, a row that finds no partition. */
const ownMistakes = 'integrity_constraint_violation OR data_exception OR cardinality_violation';

/**
 * An application at the lead. With one connection its writes are numbered and done one after the other, each with its mark in the same transaction: whoever
 * repeats them has what it had. With several they are done side by side, and nobody can repeat that. A server that is away is waited for.
 */
export class PgWriter {
  readonly #server: PostgresServer;
  readonly #database: string;
  readonly #case: PgCase;
  /** What was done beside the writes, by the number of the write. */
  readonly #ordered = new Map<number, string>();
  readonly #orders: string[] = [];
  readonly #clients = new Map<number, pg.Client>();
  #running: Promise<unknown> = Promise.resolve();
  #isOpen = true;
  #isGone = false;
  #first: () => void = () => undefined;
  commits = 0;

  constructor(server: PostgresServer, database: string, chosen: PgCase) {
    this.#server = server;
    this.#database = database;
    this.#case = chosen;
  }

  /** Resolves after its first write. */
  async start(): Promise<void> {
    const first = new Promise<void>((resolve) => {
      this.#first = resolve;
    });
    const { writerConnections } = this.#case;
    this.#running = Promise.all(Array.from({ length: writerConnections }, (_, place) => this.#write(place)));
    await Promise.race([first, this.#running]);
  }

  /** Does this next, as one of its writes. */
  order(sql: string): void {
    this.#orders.push(sql);
  }

  /** Rejects where a write of its failed. */
  async stop(): Promise<void> {
    this.#isOpen = false;
    try {
      await this.#running;
    } finally {
      for (const client of this.#clients.values()) await client.end().catch(() => undefined);
    }
  }

  /** The writer's write number `n`, whole. */
  transactionAt(n: number): string[] {
    const sql = this.#ordered.get(n) ?? this.#written(n, 0);
    return transaction(sql, this.#case.writerConnections > 1 ? '' : markSql(this.#case.table, n), n);
  }

  #written(n: number, place: number): string {
    const { writes } = this.#case;
    return (writes[(n + place * 7) % writes.length] ?? '').replace(
      /(?<!:):n\b/g,
      String(n + place * 100_000),
    );
  }

  async #write(place: number): Promise<void> {
    const { isQuiet, pauseMs, writerConnections } = this.#case;
    const isNumbered = writerConnections === 1;
    for (let n = 1; this.#isOpen && !this.#isGone; n++) {
      while (isQuiet && n > 1 && this.#isOpen && this.#orders.length === 0) await pause(20);
      if (!this.#isOpen) break;
      const order = place === 0 ? this.#orders.shift() : undefined;
      if (order !== undefined) this.#ordered.set(n, order);
      const statements = isNumbered
        ? this.transactionAt(n)
        : transaction(order ?? this.#written(n, place), '', n);
      await this.#untilDone(place, n, statements);
      this.#isGone ||= order?.startsWith('DROP TABLE') === true && !order.includes(';');
      this.commits += 1;
      this.#first();
      await pause(pauseMs);
    }
  }

  async #untilDone(place: number, n: number, statements: readonly string[]): Promise<void> {
    const isNumbered = this.#case.writerConnections === 1;
    for (let isAgain = false; this.#isOpen || isAgain; ) {
      try {
        const client = await this.#connected(place);
        if (isAgain && isNumbered && (await this.#isDone(client, n))) return;
        for (const [at, statement] of statements.entries()) {
          if (at > 0 && statements.length === 3) await pause(longMs);
          await client.query(statement);
        }
        return;
      } catch (error) {
        if (!isConnectionLost(error)) {
          // Writers side by side stand in each other's way now and then.
          if (isNumbered) throw error;
          await this.#clients
            .get(place)
            ?.query('ROLLBACK')
            .catch(() => this.#clients.delete(place));
          return;
        }
        this.#clients.delete(place);
        isAgain = true;
        await pause(30);
      }
    }
  }

  /** Whether a commit whose answer never came was one. */
  async #isDone(client: pg.Client, n: number): Promise<boolean> {
    const { table } = this.#case;
    const { rows } = await client.query<{ m: string }>(
      `SELECT m FROM ${table.name} WHERE ${isRow(table, markNumber)}`,
    );
    return rows[0] !== undefined && Number(rows[0].m) >= n;
  }

  async #connected(place: number): Promise<pg.Client> {
    const known = this.#clients.get(place);
    if (known) return known;
    const client = new pg.Client({
      ...{ host: this.#server.socketFolder, user: 'postgres', database: this.#database },
      application_name: 'the application',
    });
    client.on('error', () => this.#clients.delete(place));
    await client.connect();
    this.#clients.set(place, client);
    return client;
  }
}

/** As statements to send one after the other; of three the middle one is waited before and behind. */
function transaction(sql: string, mark: string, n: number): string[] {
  if (/^VACUUM/.test(sql)) return mark === '' ? [sql] : [sql, mark];
  if (/^DROP TABLE [^;]*$/.test(sql)) return [sql];
  const [, end, bare = ''] = /^(ROLLBACK;|LONG;)?(.*)$/s.exec(sql) ?? [];
  const tried = `DO $foresync$ BEGIN ${bare}; EXCEPTION WHEN ${ownMistakes} THEN NULL; END $foresync$`;
  if (end === 'LONG;') return [`BEGIN; ${tried}`, `SELECT ${n}`, `${mark}; COMMIT`];
  if (end !== 'ROLLBACK;') return [`BEGIN; ${tried}; ${mark}; COMMIT`];
  return [`BEGIN; SAVEPOINT a; ${tried}; ROLLBACK TO a; ${mark}; COMMIT`];
}

function isConnectionLost(error: unknown): boolean {
  const { code = '' } = error as { code?: string };
  // It is starting, shutting down, or gone.
  return !/^[0-9A-Z]{5}$/.test(code) || /^(57P|08|53300)/.test(code);
}

function pause(ms: number): Promise<void> {
  return new Promise((resume) => setTimeout(resume, ms));
}
