import path from 'node:path';
import { steadyClock, systemClock, systemWait } from '../clock.ts';
import { ForesyncError, messageOf } from '../errors.ts';
import type { RowKey } from '../row-key.ts';
import { rowKeyText } from '../row-key-text.ts';
import { parseServeAddress, serveAddressText } from '../serve/address.ts';
import { HitMeter } from '../serve/hit-meter.ts';
import { type Known, ReadThrough } from '../serve/read-through.ts';
import { RowServer, type ServedOutcome } from '../serve/row-server.ts';
import { ServedLog } from '../serve/served-log.ts';
import type { Joiner } from '../store/sqlite/joiner.ts';
import { OriginsFile } from '../store/sqlite/row-origins.ts';
import type { TableShape } from '../store/sqlite/table-shape.ts';
import { printable } from '../text.ts';
import { compress } from './compression.ts';
import type { Handlers } from './handlers.ts';
import { encodeKeys } from './planned-keys.ts';
import type { Params, Result } from './protocol.ts';

/** Sends a frame that nobody has asked for. */
export type Tell = (header: unknown, payload: Buffer) => Promise<void>;

/** What is open just now. */
type Open = () => { joiner: Joiner; path: string; shape: TableShape } | undefined;

/**
 * The reads that a joiner's agent answers. They are answered between requests, on the same thread and connection, so that a reader never sees half of
 * a transaction.
 */
export class Serving {
  readonly #open: Open;
  readonly #tell: Tell;
  readonly #meter = new HitMeter();
  #reads: ReadThrough | undefined;
  #server: RowServer | undefined;
  #log: ServedLog | undefined;
  #readyAt = 1;
  #openedAsOfMs = 0;
  #isAnew = false;
  #origins: OriginsFile | undefined;

  constructor(open: Open, tell: Tell) {
    this.#open = open;
    this.#tell = tell;
  }

  get isOn(): boolean {
    return this.#server !== undefined;
  }

  get figures(): Result<'joiner.reads'> {
    const { reads, hits, rate: recentHitRate } = this.#meter;
    const told = recentHitRate === undefined ? {} : { recentHitRate };
    const keysUnderWay = this.#reads?.keysUnderWay ?? 0;
    return { reads, hits, ...told, keysUnderWay, notLogged: this.#log?.leftOut ?? 0 };
  }

  /** A joiner was opened; `isAnew`: no row is in it that was read before. Else its rows are of `asOfMs` or later, where that is known. */
  opened({ isAnew, asOfMs = 0 }: { isAnew: boolean; asOfMs?: number | undefined }): void {
    this.#openedAsOfMs = isAnew ? systemClock.nowMs() : asOfMs;
    this.#isAnew = isAnew;
    // What was noted is of rows that are gone.
    if (isAnew) this.#forgetOrigins();
    if (this.#server) this.#serve();
  }

  /** Resolves with the address when it listens. */
  async start({ address, log, maxStalenessMs, readyAt }: Params<'joiner.serve'>): Promise<string> {
    const open = this.#open();
    if (!open) throw new ForesyncError('protocol', 'joiner-not-open', 'No joiner is open.');
    this.#readyAt = readyAt;
    this.#reads ??= new ReadThrough({
      find: (key) => this.#find(key),
      ask: (batch, keys) => void this.#ask(batch, keys),
      clock: systemClock,
      steadyClock,
      wait: systemWait,
      maxStalenessMs: maxStalenessMs ?? Number.POSITIVE_INFINITY,
    });
    const reads = this.#reads;
    if (!this.#server) {
      const logged = Promise.withResolvers<void>();
      const server = await RowServer.listen({
        address: parseServeAddress(address),
        clock: systemClock,
        keyColumns: open.shape.key.length,
        read: async (key: RowKey) => {
          await logged.promise;
          return reads.read(key);
        },
        served: (outcome) => this.#served(outcome),
        status: () => this.#status(),
        whyNotReady: () => this.#whyNotReady(),
      });
      this.#server = server;
      // An address that is in use leaves nothing behind.
      if (log !== undefined) this.#log = await openedLog(log, server);
      logged.resolve();
    }
    this.#serve();
    return serveAddressText(this.#server.address);
  }

  /** Rows of a batch that was asked for; undefined where nobody could be asked. */
  fetched(
    { batch, keysRead, watermark }: { batch: number; keysRead: number; watermark: number },
    rows: Buffer | undefined,
  ): void {
    const asked = this.#reads?.asked(batch);
    const joiner = this.#open()?.joiner;
    if (!asked || !this.#reads) return;
    if (!rows || !joiner || joiner.served?.isWhole) return this.#reads.failed(batch);
    const keys = asked.keys.slice(0, keysRead);
    const isStored = joiner.fetched(rows, keys, { watermark, asOfMs: asked.askedMs });
    // Rounds have gone past it: what they brought is newer, and the rest is asked for again.
    this.#reads.came(batch, { keysRead: isStored ? keysRead : 0, watermark });
  }

  level(ageMs: number, isWhole: boolean): void {
    this.#open()?.joiner.served?.level(systemClock.nowMs() - ageMs, { isWhole });
  }

  /** Rows that an agent before this one has stored are not told apart any more. */
  #serve(): void {
    const open = this.#open();
    if (!open) return;
    this.#origins ??= new OriginsFile(path.dirname(open.path), { isComplete: this.#isAnew });
    open.joiner.serve(this.#openedAsOfMs, this.#origins);
  }

  #forgetOrigins(): void {
    this.#origins?.close();
    this.#origins = undefined;
  }

  /** Before what is open is closed: it answers until then. May be called again. */
  async close(): Promise<void> {
    this.#reads?.close();
    await this.#server?.close();
    await this.#log?.close();
    this.#server = undefined;
    this.#forgetOrigins();
  }

  #find(key: RowKey): Known {
    return this.#open()?.joiner.served?.find(key) ?? { kind: 'unknown', key, name: rowKeyText(key) };
  }

  #served(outcome: ServedOutcome): void {
    this.#meter.saw(outcome.kind !== 'unavailable' && outcome.isHit);
    this.#log?.served(outcome);
  }

  async #ask(batch: number, keys: readonly RowKey[]): Promise<void> {
    try {
      const part = await compress(encodeKeys(keys));
      await this.#tell({ wanted: batch, sizes: [part.length] }, part);
    } catch {
      // Nobody is left to be asked; the end of the channel is told elsewhere.
      this.#reads?.failed(batch);
    }
  }

  #status(): Record<string, unknown> {
    const joiner = this.#open()?.joiner;
    return {
      stage: joiner?.checkpoint.stage,
      watermark: joiner?.checkpoint.watermark,
      whole: joiner?.served?.isWhole ?? false,
      ...this.figures,
      ready: this.#whyNotReady() === undefined,
    };
  }

  #whyNotReady(): string | undefined {
    if (this.#open()?.joiner.served?.isWhole) return undefined;
    const { rate } = this.#meter;
    if (rate === undefined) return 'Too few reads have come to tell how many the joiner answers by itself.';
    return rate >= this.#readyAt
      ? undefined
      : `The joiner answers ${Math.floor(rate * 100)} % of the reads by itself.`;
  }
}

async function openedLog(file: string, server: RowServer): Promise<ServedLog> {
  try {
    return await ServedLog.open(file, systemClock);
  } catch (error) {
    await server.close();
    throw new ForesyncError(
      'config',
      'serve-log',
      `${printable(file)} takes no log of reads: ${messageOf(error)}.`,
      {
        cause: error,
        hint: 'Name a file in a folder that is there with --serve-log.',
      },
    );
  }
}

export function servingHandlers(serving: Serving): Handlers {
  return {
    'joiner.serve': async (wishes) => ({
      result: { address: await serving.start(wishes) },
    }),
    'joiner.fetched': ({ batch, keysRead, watermark }, [rows]) => {
      serving.fetched({ batch, keysRead, watermark }, rows);
      return { result: {} };
    },
    'joiner.level': ({ ageMs, isWhole }) => {
      serving.level(ageMs, isWhole);
      return { result: {} };
    },
    'joiner.reads': () => ({ result: serving.figures }),
  };
}
