import { existsSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import type { Clock } from '../clock.ts';
import { ForesyncError, messageOf, systemCodeOf } from '../errors.ts';
import type { RowKey } from '../row-key.ts';
import { printable } from '../text.ts';
import { isOpenToOthers, type ServeAddress, serveAddressText } from './address.ts';
import { Connections } from './connections.ts';
import type { Outcome, WhyUnavailable } from './read-through.ts';
import { keyOfTarget } from './row-path.ts';
import { freeSocket } from './socket-file.ts';

/** Of a key that a row of the table can have. */
export type ServedOutcome = Exclude<Outcome, { kind: 'foreign' }>;

export interface RowServerOptions {
  address: ServeAddress;
  clock: Clock;
  /** Of the table's key. */
  keyColumns: number;
  read(key: RowKey): Promise<Outcome>;
  /** Told of every read whose answer went out. A HEAD request reads nothing. */
  served(outcome: ServedOutcome): void;
  /** What `/v1/status` tells. */
  status(): Record<string, unknown>;
  /** Undefined where it is ready, else why it is not. */
  whyNotReady(): string | undefined;
}

/** A client that neither sends nor takes a byte for so long has its connection cut. */
const idleMs = 30_000;
/** Answers that wait for their clients, together; past that a row is not read. */
const maxUnsentBytes = 64 << 20;
/** How long clients may take for their last answers. */
const lastAnswersMs = 500;
const retryAfterSeconds = '1';

const whyUnavailable: Record<WhyUnavailable, string> = {
  'no-donor': 'The row is not here yet, and no donor can be asked now.',
  late: 'The row is not here yet, and the donor does not answer in time.',
  stale: 'What is here of the row is older than is wanted, and no donor says what it is now.',
  busy: 'Too many rows are waited for.',
};

interface Answer {
  /** Where it answers a read. */
  outcome?: ServedOutcome;
  status: number;
  body: string;
  headers?: Record<string, string>;
}

/**
 * Answers reads over HTTP/1.1: `GET /v1/rows/KEY`, `/v1/status`, `/healthz`, `/readyz`. It knows no passwords: whoever reaches its address reads the
 * table, so at a port of loopback only requests that name loopback are answered, which keeps pages in a browser out.
 */
export class RowServer {
  readonly #options: RowServerOptions;
  readonly #server: Server;
  readonly #connections: Connections;
  #unsentBytes = 0;

  private constructor(options: RowServerOptions) {
    this.#options = options;
    this.#server = createServer(
      { headersTimeout: 10_000, requestTimeout: 10_000, keepAliveTimeout: 5_000, maxHeaderSize: 96 * 1024 },
      (request, response) => void this.#respond(request, response),
    );
    this.#connections = new Connections(this.#server);
    this.#server.setTimeout(idleMs);
  }

  /** Resolves when it listens. Throws `exists`, `serve-in-use`, or `config`, `serve-failed`. */
  static async listen(options: RowServerOptions): Promise<RowServer> {
    const { address } = options;
    if (address.kind === 'unix') await freeSocket(address.path);
    const server = new RowServer(options);
    await new Promise<void>((resolve, reject) => {
      server.#server.once('error', (error) => reject(listenFailure(address, error)));
      server.#server.listen(address.kind === 'unix' ? { path: address.path } : address, resolve);
    });
    return server;
  }

  /** Where it listens, with the port that the system chose. */
  get address(): ServeAddress {
    const { address } = this.#options;
    return address.kind === 'unix'
      ? address
      : { ...address, port: (this.#server.address() as AddressInfo).port };
  }

  /** Ends it: who has asked is answered, where he takes it soon. May be called again. */
  async close(): Promise<void> {
    const closed = new Promise<void>((resolve) => this.#server.close(() => resolve()));
    this.#server.closeIdleConnections();
    const deaf = setTimeout(() => this.#server.closeAllConnections(), lastAnswersMs);
    await closed;
    clearTimeout(deaf);
  }

  async #respond(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { socket } = request;
    if (!this.#connections.asked(socket)) return;
    response.once('close', () => this.#connections.answered(socket));
    const { status, body, headers, outcome } = await this.#answer(request).catch(
      (error: unknown): Answer => problem(500, 'failed', messageOf(error)),
    );
    if (response.destroyed) return;
    const bytes = Buffer.from(body);
    this.#unsentBytes += bytes.length;
    response.once('close', () => {
      this.#unsentBytes -= bytes.length;
    });
    if (outcome && request.method === 'GET') response.once('finish', () => this.#options.served(outcome));
    response.writeHead(status, {
      'Content-Type': 'application/json; charset=utf-8',
      'Content-Length': bytes.length,
      'Cache-Control': 'no-store',
      ...(this.#server.listening ? {} : { Connection: 'close' }),
      ...headers,
    });
    response.end(request.method === 'HEAD' ? undefined : bytes);
  }

  async #answer({ method, url = '', headers, socket }: IncomingMessage): Promise<Answer> {
    if (!this.#isMeant(headers.host)) return problem(421, 'host', 'This is not a server of that name.');
    if (method !== 'GET' && method !== 'HEAD')
      return {
        ...problem(405, 'method', 'Rows are read here, and no more.'),
        headers: { Allow: 'GET, HEAD' },
      };
    const page = url.replace(/[?#].*$/s, '');
    if (page === '/healthz') return { status: 200, body: '{"ok":true}\n' };
    if (page === '/readyz') {
      const why = this.#options.whyNotReady();
      return why === undefined ? { status: 200, body: '{"ready":true}\n' } : unavailable('not-ready', why);
    }
    if (page === '/v1/status') return { status: 200, body: `${JSON.stringify(this.#options.status())}\n` };
    return this.#row(url, () => socket.destroyed);
  }

  async #row(url: string, isGone: () => boolean): Promise<Answer> {
    const key = keyOfTarget(url, this.#options.keyColumns);
    if (key === undefined)
      return problem(404, 'no-such-page', 'There are /v1/rows/KEY, /v1/status, /healthz and /readyz.');
    if (this.#unsentBytes > maxUnsentBytes)
      return unavailable('busy', 'Clients do not take what they have asked for.');
    // Those of a connection that asks too much are all here before the first of them is read.
    await undefined;
    if (isGone()) return problem(503, 'busy', 'Nobody waits for it.');
    const outcome = await this.#options.read(key);
    if (outcome.kind === 'foreign') return problem(400, 'no-key', 'The table can have no such key.');
    return { ...this.#told(outcome), outcome };
  }

  #told(outcome: ServedOutcome): Answer {
    if (outcome.kind === 'unavailable') return unavailable(outcome.why, whyUnavailable[outcome.why]);
    const age = Math.max(0, Math.round(this.#options.clock.nowMs() - outcome.asOfMs));
    const headers = {
      'X-Foresync-Source': outcome.from,
      'X-Foresync-Watermark': String(outcome.watermark),
      'X-Foresync-Age-Ms': String(age),
    };
    if (outcome.kind === 'row') return { status: 200, body: `${outcome.json}\n`, headers };
    return { ...problem(404, 'no-row', 'There is no such row.'), headers };
  }

  #isMeant(host: string | undefined): boolean {
    const { address } = this.#options;
    if (address.kind === 'unix' || isOpenToOthers(address)) return true;
    const name = (host ?? '').replace(/:\d+$/, '');
    return name === '' || name === 'localhost' || name === '[::1]' || /^127\.[\d.]+$/.test(name);
  }
}

function problem(status: number, code: string, message: string): Answer {
  return { status, body: `${JSON.stringify({ error: { code, message } })}\n` };
}

function unavailable(code: string, message: string): Answer {
  return { ...problem(503, code, message), headers: { 'Retry-After': retryAfterSeconds } };
}

function listenFailure(address: ServeAddress, error: unknown): ForesyncError {
  const where = printable(serveAddressText(address), 200);
  const isFolderThere = address.kind === 'tcp' || existsSync(path.dirname(address.path));
  const whyNot = isFolderThere ? messageOf(error) : 'there is no such folder';
  if (systemCodeOf(error) === 'EADDRINUSE')
    return new ForesyncError('exists', 'serve-in-use', `Another program listens at ${where}.`, {
      cause: error,
      hint: 'Choose another --serve address.',
    });
  return new ForesyncError('config', 'serve-failed', `Nothing can listen at ${where}: ${whyNot}.`, {
    cause: error,
    hint: "Choose an address of the joiner's host for --serve, or a socket in a folder that is there.",
  });
}
