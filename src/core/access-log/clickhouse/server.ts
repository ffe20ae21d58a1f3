import { randomUUID } from 'node:crypto';
import type { ClickHouseClient, ClickHouseSettings } from '@clickhouse/client';
import { ForesyncError } from '../../errors.ts';
import { type QuerySettings, querySettings } from './query-settings.ts';
import { type RowCursor, rowPages } from './row-binary.ts';
import { requestError } from './server-errors.ts';
import type { EventTable } from './table-url.ts';

export interface ServerOptions {
  password?: string | undefined;
  signal?: AbortSignal | undefined;
  /** Hears about every second how many rows the running query has read. */
  onRows?: ((rows: number) => void) | undefined;
}

/** No answer, and no header of progress, for that long means that nobody is there any more. */
const silenceMs = 3_600_000;
const progressMs = 1000;
/** For the headers of progress, one a minute while a query has no row yet: about a week of them. */
const maxHeaderBytes = 2 * 1024 * 1024;

/** ClickHouse's HTTP interface, for one user, to read from. 18.16 and later. */
export class ClickHouseServer {
  /** Memory that one query may take there, in bytes; undefined where there is no limit. */
  readonly maxQueryBytes: number | undefined;
  readonly #client: ClickHouseClient;
  readonly #address: string;
  readonly #known: ReadonlyMap<string, string>;
  readonly #options: ServerOptions;
  /** Bytes of all answers. */
  receivedBytes = 0;

  private constructor(
    client: ClickHouseClient,
    address: string,
    known: Map<string, string>,
    options: ServerOptions,
  ) {
    this.#client = client;
    this.#address = address;
    this.#options = options;
    this.maxQueryBytes = Number(known.get('max_memory_usage') ?? 0) || undefined;
    this.#known = known;
  }

  /** Throws `unreachable`, `permission` or `protocol` errors. The client is loaded only here: no other command pays for it. */
  static async connect(table: EventTable, options: ServerOptions): Promise<ClickHouseServer> {
    const { ClickHouseLogLevel, createClient } = await import('@clickhouse/client');
    const address = `${table.host}:${table.port}`;
    const client = createClient({
      url: `${table.isSecure ? 'https' : 'http'}://${address}`,
      username: table.user,
      password: options.password ?? '',
      application: 'foresync',
      request_timeout: silenceMs,
      max_response_headers_size: maxHeaderBytes,
      keep_alive: { enabled: false },
      log: { level: ClickHouseLogLevel.OFF },
    });
    const bare = new ClickHouseServer(client, address, new Map(), options);
    try {
      const known = await bare.json<[string, string]>('SELECT name, value FROM system.settings');
      return new ClickHouseServer(client, address, new Map(known), options);
    } catch (error) {
      await client.close();
      throw error;
    }
  }

  close(): Promise<void> {
    return this.#client.close();
  }

  /** The rows of a short answer, each an array of its columns; 64-bit integers are strings. */
  async json<Row extends readonly unknown[]>(sql: string): Promise<Row[]> {
    const chunks: Buffer[] = [];
    for await (const chunk of this.#answer(`${sql} FORMAT JSONCompact`, {})) chunks.push(chunk);
    const text = Buffer.concat(chunks).toString();
    try {
      return (JSON.parse(text) as { data: Row[] }).data;
    } catch (error) {
      throw requestError(new Error(text.slice(0, 1000), { cause: error }), this.#address);
    }
  }

  /** A query whose first column is `rowMark`, as pages of rows as they come in; `read` takes the other columns of one. */
  rows<Row>(
    sql: string,
    read: (cursor: RowCursor) => Row,
    settings: QuerySettings = {},
  ): AsyncGenerator<Row[]> {
    return rowPages(this.#answer(`${sql} FORMAT RowBinary`, settings), read);
  }

  /** The same where the answer is short. */
  async allRows<Row>(sql: string, read: (cursor: RowCursor) => Row): Promise<Row[]> {
    const rows: Row[] = [];
    for await (const page of this.rows(sql, read)) for (const row of page) rows.push(row);
    return rows;
  }

  async *#answer(sql: string, settings: QuerySettings): AsyncGenerator<Buffer> {
    const { signal } = this.#options;
    signal?.throwIfAborted();
    const queryId = `foresync-${randomUUID()}`;
    const progress = this.#watch(queryId);
    let isDone = false;
    try {
      const { stream } = await this.#client.exec({
        query: sql,
        query_id: queryId,
        clickhouse_settings: querySettings(this.#known, settings) as ClickHouseSettings,
        ...(signal ? { abort_signal: signal } : {}),
      });
      const stop = () => stream.destroy(signal?.reason as Error);
      signal?.addEventListener('abort', stop);
      try {
        for await (const chunk of stream as AsyncIterable<Buffer>) {
          this.receivedBytes += chunk.length;
          yield chunk;
        }
        isDone = true;
      } finally {
        signal?.removeEventListener('abort', stop);
        stream.destroy();
      }
    } catch (error) {
      signal?.throwIfAborted();
      throw requestError(error, this.#address);
    } finally {
      await progress.stop();
      if (!isDone) await this.#kill(queryId);
    }
  }

  /**
   * Old servers go on with a query whose client has left. This asks them not to; who may not ask for it, or is too late, has
   * lost nothing else, so the reason why the query ended stays the one that is told.
   */
  async #kill(queryId: string): Promise<void> {
    const end = AbortSignal.timeout(progressMs * 5);
    await this.#client
      .command({ query: `KILL QUERY WHERE query_id = '${queryId}' ASYNC`, abort_signal: end })
      .then(undefined, () => undefined);
  }

  #watch(queryId: string): { stop(): Promise<void> } {
    const { onRows } = this.#options;
    if (!onRows) return { stop: async () => undefined };
    const stopped = new AbortController();
    let asking = Promise.resolve();
    const timer = setInterval(() => {
      asking = asking
        .then(() => this.#rowsRead(queryId, stopped.signal))
        .then((rows) => {
          if (rows !== undefined && !stopped.signal.aborted) onRows(rows);
        });
    }, progressMs);
    return {
      stop: async () => {
        clearInterval(timer);
        stopped.abort();
        await asking;
      },
    };
  }

  /** Undefined where the server does not tell: how far a query is, is no reason to end it. */
  async #rowsRead(queryId: string, signal: AbortSignal): Promise<number | undefined> {
    if (signal.aborted) return undefined;
    try {
      const result = await this.#client.query({
        query: `SELECT sum(read_rows) FROM system.processes WHERE query_id = '${queryId}'`,
        format: 'JSONCompact',
        abort_signal: signal,
      });
      const { data } = await result.json<[string]>();
      const rows = Number(data[0]?.[0]);
      return rows > 0 ? rows : undefined;
    } catch (error) {
      if (error instanceof ForesyncError) throw error;
      return undefined;
    }
  }
}
