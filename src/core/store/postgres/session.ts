import type { Duplex } from 'node:stream';
import pg from 'pg';
import { ForesyncError, messageOf, systemCodeOf } from '../../errors.ts';
import { printable } from '../../text.ts';
import {
  configOf,
  connectError,
  isAboutTls,
  moreTelling,
  saidBy,
  sqlStateOf,
  whereOf,
} from './connecting.ts';
import { areRows, rowMessages } from './copy-messages.ts';
import { type CopiedRows, CopyIn, CopyOut, PassedRows, RowsRoom, TooLarge } from './copy-queries.ts';
import { loginOf, surroundings } from './login.ts';

/** Rows as texts, as PostgreSQL writes them; NULL is null. */
export type TextRow = (string | null)[];

/** Of a parameter: a text, or bytes for a bytea. */
export type SqlValue = string | Buffer | null;

const asText = { getTypeParser: () => (value: string) => value } as unknown as pg.CustomTypesConfig;

/** One connection to a server. Statements run one after the other, in the order of the calls. */
export class Session {
  readonly #client: pg.Client;
  readonly #where: string;
  #end: unknown;

  private constructor(client: pg.Client, where: string) {
    this.#client = client;
    this.#where = where;
    client.on('error', (error) => {
      this.#end ??= error;
    });
    client.on('end', () => {
      this.#end ??= new Error('The server closed the connection.');
    });
  }

  /**
   * Connects as libpq would. `replication` speaks to a walsender of the database. Throws `unreachable`, `permission` or `config` with what
   * can be done.
   */
  static async open(url: string, { replication = false } = {}): Promise<Session> {
    const login = loginOf(url, surroundings());
    let refusal: unknown;
    for (const tls of login.tls) {
      const client = new pg.Client(configOf(login, tls, replication));
      const session = new Session(client, whereOf(login));
      try {
        await client.connect();
        return session;
      } catch (error) {
        refusal = moreTelling(refusal, error);
        // What TLS has no part in would fail the same way without.
        if (!isAboutTls(error)) break;
      }
    }
    throw connectError(refusal, login);
  }

  /** The client's own, for what speaks the replication protocol. */
  get client(): pg.Client {
    return this.#client;
  }

  get isLost(): boolean {
    return this.#end !== undefined;
  }

  /** Statements without parameters may be several, unless it is to be `alone`; the rows are those of the last. */
  async rows(sql: string, values?: readonly SqlValue[], { alone = false } = {}): Promise<TextRow[]> {
    return this.#told(async () => {
      const config = {
        ...{ text: sql, rowMode: 'array' as const, types: asText },
        ...(values && { values: [...values] }),
        ...(alone && { queryMode: 'extended' }),
      };
      const result = (await this.#client.query(config)) as unknown as pg.QueryArrayResult<TextRow>;
      const last = Array.isArray(result) ? (result as pg.QueryArrayResult<TextRow>[]).at(-1) : result;
      return last?.rows ?? [];
    });
  }

  async row(sql: string, values?: readonly SqlValue[]): Promise<TextRow> {
    const [first] = await this.rows(sql, values);
    if (!first) throw new ForesyncError('defect', 'no-row', 'A query that always has a row had none.');
    return first;
  }

  /** Throws `TooLarge` where more comes than there is room for. */
  async copyOut(sql: string, sizes: { expectedBytes: number; maxBytes: number }): Promise<CopiedRows> {
    const room = new RowsRoom(sizes);
    const rows = await this.#told(() => this.#submitted(new CopyOut(sql, () => (run) => room.put(run))).done);
    return { bytes: room.bytes, rows };
  }

  /** Of rows as COPY has them in its format. */
  async copyIn(sql: string, bytes: Buffer): Promise<number> {
    return this.#copyIn(sql, async (target) => {
      for (const piece of rowMessages(bytes)) target.write(piece);
    });
  }

  /** Of what a COPY at another server has brought, whoever says so. */
  async copyInMessages(sql: string, messages: Buffer): Promise<number> {
    if (!areRows(messages))
      throw new ForesyncError('protocol', 'rows-invalid', 'Rows came that no server sends so.');
    return this.#copyIn(sql, async (target) => target.write(messages));
  }

  /** Copies from another server as the rows come. Tells how many there were, and of how many bytes. Throws `TooLarge` where those are more than `maxBytes`. */
  async copyFrom(
    from: { session: Session; sql: string; maxBytes: number | undefined },
    sql: string,
  ): Promise<{ rows: number; bytes: number }> {
    const { session, maxBytes = Number.POSITIVE_INFINITY } = from;
    let passed: PassedRows | undefined;
    const rows = await this.#copyIn(sql, (target) => {
      const passing = new PassedRows(target, maxBytes);
      passed = passing;
      const query = new CopyOut(from.sql, (source) => (run, isWhole) => passing.take(run, isWhole, source));
      return passing.end(session.#told(() => session.#submitted(query).done));
    });
    return { rows, bytes: passed?.bytes ?? 0 };
  }

  #copyIn(sql: string, feed: (target: Duplex) => Promise<unknown>): Promise<number> {
    return this.#told(() => this.#submitted(new CopyIn(sql, feed)).rows());
  }

  /** Runs work in a transaction, which is rolled back where it throws. */
  async transaction<T>(begin: string, work: () => Promise<T>): Promise<T> {
    await this.rows(begin);
    try {
      const result = await work();
      await this.rows('COMMIT');
      return result;
    } catch (error) {
      if (!this.isLost) await this.rows('ROLLBACK').catch(() => undefined);
      throw error;
    }
  }

  async end(): Promise<void> {
    if (this.#end !== undefined) return;
    await this.#client.end().catch(() => undefined);
  }

  /** Ends it at once, whatever it is doing. */
  cut(): void {
    (this.#client as unknown as { connection: { stream: { destroy(): void } } }).connection.stream.destroy();
  }

  #submitted<T extends pg.Submittable & { handleError(error: unknown): void }>(query: T): T {
    if (this.#end !== undefined) query.handleError(this.#end);
    else this.#client.query(query);
    return query;
  }

  async #told<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      throw this.#error(error);
    }
  }

  #error(error: unknown): unknown {
    if (error instanceof ForesyncError || error instanceof TooLarge) return error;
    const state = sqlStateOf(error);
    // A statement that fails may tell of other connections too, as one that makes a subscription does.
    const isOver = this.isLost || (error as { severity?: string }).severity === 'FATAL';
    if (isOver || state === undefined) {
      if (!isOfServer(error) && this.#end === undefined) return error;
      return new ForesyncError(
        'unreachable',
        'server-lost',
        `The server at ${this.#where} is lost: ${printable(messageOf(this.#end ?? error))}.`,
        {
          cause: error,
        },
      );
    }
    return new StatementError(state, saidBy(error), this.#where, error);
  }
}

/** Works with a connection of its own. */
export async function inSession<T>(url: string, work: (session: Session) => Promise<T>): Promise<T> {
  const session = await Session.open(url);
  try {
    return await work(session);
  } finally {
    await session.end();
  }
}

/** A statement that the server refused. Who asked for it knows what that means; else it is told as it is. */
export class StatementError extends ForesyncError {
  /** SQLSTATE, such as 42P01. */
  readonly state: string;

  constructor(state: string, said: string, where: string, cause: unknown) {
    super(kindOf(state), `postgres-${state}`, `The server at ${where} says: ${said}.`, { cause });
    this.state = state;
  }
}

function kindOf(state: string): 'permission' | 'io' | 'defect' | 'config' | 'exists' | 'data' {
  // A table, column or schema that was there before.
  if (/^(42P01|42703|3F000)$/.test(state)) return 'data';
  if (state === '42501' || state.startsWith('28')) return 'permission';
  if (/^(08|53|58|55|57|40)/.test(state)) return 'io';
  // Something else depends on what was to go.
  if (state.startsWith('2B')) return 'exists';
  return state.startsWith('0A') ? 'config' : 'defect';
}

function isOfServer(error: unknown): boolean {
  return (
    sqlStateOf(error) !== undefined ||
    /^E[A-Z]+$/.test(systemCodeOf(error) ?? '') ||
    /connection/i.test(messageOf(error))
  );
}
