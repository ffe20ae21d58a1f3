import { ForesyncError, messageOf } from '../errors.ts';
import { printable } from '../text.ts';
import type { LocatedLog } from './find-logs.ts';
import type { LogLayout } from './layout.ts';
import type { OpenLog } from './log-file.ts';

/** What waits to be stored is bounded: past it the stream is not read on. */
const maxWaitingBytes = 32 << 20;

/**
 * A stream without an end, such as what `redis-cli monitor` writes, as a row of logs that are read one after another: each piece
 * begins where the one before was read to, and has the layout that the first was seen to have.
 */
export class StreamPieces {
  readonly path: string;
  readonly replica: string;
  readonly #onUrgent: () => void;
  #waiting: Buffer[] = [];
  #waitingBytes = 0;
  /** Waits until there is room again. */
  #resume: (() => void) | undefined;
  #log: OpenLog | undefined;
  #layout: LogLayout | undefined;
  #nextLine = 1;
  #isNew = false;
  #end: 'open' | 'ended' | 'stored' = 'open';
  #failure: ForesyncError | undefined;

  /** `onUrgent` hears when the stream has ended, or when there is no room for more of it. */
  constructor(log: { path: string; replica: string }, onUrgent: () => void) {
    this.path = log.path;
    this.replica = log.replica;
    this.#onUrgent = onUrgent;
  }

  /** Takes in the stream until it ends, or until the signal, which `open` heeds too, trips. Never rejects: `take` says what went wrong. */
  async receive(open: () => Promise<OpenLog>, signal: AbortSignal): Promise<void> {
    try {
      this.#log = await open();
      for await (const chunk of this.#log.read(0)) await this.#put(chunk, signal);
      if (!signal.aborted) this.#end = 'ended';
    } catch (error) {
      if (!signal.aborted) this.#failure = brokenStream(this.path, error);
    } finally {
      await this.#log?.close();
      this.#onUrgent();
    }
  }

  /** There is something that no piece had yet. */
  get isDue(): boolean {
    return this.#isNew || this.#end === 'ended' || this.#failure !== undefined;
  }

  get isUrgent(): boolean {
    return this.#end === 'ended' || this.#failure !== undefined || this.#waitingBytes >= maxWaitingBytes;
  }

  /** All of it was stored. */
  get isOver(): boolean {
    return this.#end === 'stored';
  }

  /** Why it broke off, once what came before is stored. */
  get failure(): ForesyncError | undefined {
    return this.#failure;
  }

  /** Whether more of it may show what it is. */
  get mayShowLayout(): boolean {
    return this.#end === 'open' && !this.#failure && this.#waitingBytes < maxWaitingBytes;
  }

  /** The next piece; `stored` is to be called once what was read of it is. */
  take(): { input: LocatedLog; stored: () => void } {
    const chunks = [...this.#waiting];
    const isLast = this.#end === 'ended';
    let read = { layout: this.#layout, nextLine: this.#nextLine, rest: Buffer.alloc(0) as Buffer };
    const open = (): OpenLog => ({
      identity: undefined,
      compression: this.#log?.compression ?? 'none',
      piece: {
        layout: this.#layout,
        nextLine: this.#nextLine,
        isLast,
        onRead: (end) => {
          read = { ...end, layout: end.layout ?? this.#layout };
        },
      },
      read: () => toAsync(chunks),
      close: async () => undefined,
    });
    const stored = () => {
      this.#layout = read.layout;
      this.#nextLine = read.nextLine;
      const came = this.#waiting.slice(chunks.length);
      this.#waiting = read.rest.length > 0 ? [read.rest, ...came] : came;
      this.#waitingBytes = this.#waiting.reduce((bytes, chunk) => bytes + chunk.length, 0);
      this.#isNew = came.length > 0;
      if (isLast) this.#end = 'stored';
      this.#resume?.();
    };
    return { input: { path: this.path, replica: this.replica, open }, stored };
  }

  /** The piece could not be read from what there is of it: it is not due before more has come. */
  waitForMore(): void {
    this.#isNew = false;
  }

  async #put(chunk: Buffer, signal: AbortSignal): Promise<void> {
    this.#waiting.push(chunk);
    this.#waitingBytes += chunk.length;
    this.#isNew = true;
    if (this.#waitingBytes < maxWaitingBytes) return;
    this.#onUrgent();
    await new Promise<void>((resolve) => {
      this.#resume = resolve;
      signal.addEventListener('abort', () => resolve(), { once: true });
    });
    this.#resume = undefined;
  }
}

async function* toAsync(chunks: readonly Buffer[]): AsyncGenerator<Buffer> {
  yield* chunks;
}

function brokenStream(path: string, cause: unknown): ForesyncError {
  const name = path === '-' ? 'standard input' : printable(path);
  return new ForesyncError(
    'data',
    'log-broken-off',
    `${name} cannot be read on: ${messageOf(cause)}; what came before it is kept.`,
    { cause },
  );
}
