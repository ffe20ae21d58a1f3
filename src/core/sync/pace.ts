import type { Clock, Wait } from '../clock.ts';
import type { RateLimit } from './events.ts';
import { chunkBytes, deltaLimits } from './run.ts';

/** What a chunk is taken to cost before the first one has come. */
const firstGuessBytes = 256 * 1024;
const leastChunkBytes = 64 * 1024;
/** Written in a millisecond or two, and a few milliseconds long on most links. */
const shortChunkBytes = 128 * 1024;
/** Compared in a few milliseconds. */
const shortRangeBytes = 1024 * 1024;
const shortDeltaLimits = { maxKeys: 1000, maxBytes: 1024 * 1024 };
/** As long as a timer can be set. */
const untilChangedMs = 2 ** 31 - 1;

/**
 * Spreads what is sent over time, under a limit that may change meanwhile. Chunks are asked for ahead, so each is charged what the one before
 * cost, and the difference once it has come: over some seconds the bytes sent keep to the limit.
 */
export class Pace {
  readonly #clock: Clock;
  readonly #wait: Wait;
  #operators: number | undefined;
  #donors: number | undefined;
  #sentBytes = 0;
  /** When all that was charged would have been sent. */
  #paidMs = 0;
  /** For bytes that were charged ahead and never came. */
  #waitedTooLongMs = 0;
  #guessBytes = firstGuessBytes;
  /** By each turn whose bytes have not come, in their order. */
  readonly #chargedAhead: number[] = [];
  #queue: Promise<void> = Promise.resolve();
  #changed = new AbortController();
  #isPaused = false;
  #areChunksShort = false;

  constructor(bytesPerSecond: number | undefined, clock: Clock, wait: Wait) {
    this.#operators = bytesPerSecond;
    this.#clock = clock;
    this.#wait = wait;
  }

  /** The lower one of both limits, with who set it; undefined without any. */
  get limit(): RateLimit | undefined {
    const [operators, donors] = [this.#operators, this.#donors];
    if (donors !== undefined && (operators === undefined || donors < operators))
      return { bytesPerSecond: donors, setBy: 'donor' };
    return operators === undefined ? undefined : { bytesPerSecond: operators, setBy: 'operator' };
  }

  get bytesPerSecond(): number | undefined {
    return this.limit?.bytesPerSecond;
  }

  /** What the operator allows. */
  get operatorsLimit(): number | undefined {
    return this.#operators;
  }

  /** Bytes of all that has come. */
  get sentBytes(): number {
    return this.#sentBytes;
  }

  /** The operator's limit. Takes effect at once, for those too who wait already. What was charged before is forgiven. */
  limitTo(bytesPerSecond: number | undefined): void {
    if (bytesPerSecond === this.#operators) return;
    this.#operators = bytesPerSecond;
    this.#change();
  }

  get isPaused(): boolean {
    return this.#isPaused;
  }

  /** Lets all who come for their turn wait, or go on. What is under way arrives. */
  pause(isPaused: boolean): void {
    if (isPaused === this.#isPaused) return;
    this.#isPaused = isPaused;
    this.#change();
  }

  /** The limit that the donor's own work asks for; the operator's stays. */
  spareDonor(bytesPerSecond: number | undefined): void {
    if (bytesPerSecond === this.#donors) return;
    this.#donors = bytesPerSecond;
    this.#change();
  }

  #change(): void {
    this.#paidMs = 0;
    this.#waitedTooLongMs = 0;
    this.#changed.abort();
    this.#changed = new AbortController();
  }

  /** How large a chunk may be, before compression: about a second's worth, so that the limit is felt evenly. */
  get chunkBytes(): number {
    const most = this.#areChunksShort ? shortChunkBytes : chunkBytes;
    const second = Math.max(leastChunkBytes, this.bytesPerSecond ?? most);
    return Math.floor(Math.min(most, second));
  }

  /** Chunks are small from now on: who reads at the joiner waits for the one that is written, and for those on the link. */
  keepChunksShort(): void {
    this.#areChunksShort = true;
  }

  /** How much of the table is compared at a time, by what the rows would take as a chunk: only digests travel. */
  get rangeBytes(): number {
    return this.#areChunksShort ? shortRangeBytes : chunkBytes;
  }

  /** Bounds of a part of a round of the Delta Log. */
  get deltaLimits(): { maxKeys: number; maxBytes: number } {
    return this.#areChunksShort ? shortDeltaLimits : deltaLimits;
  }

  /** Resolves, in the order of the calls, when the next chunk may be asked for; at once where the signal trips. */
  turn(signal: AbortSignal): Promise<void> {
    return this.#inOrder(() => this.#pay(signal));
  }

  /** The same for what costs no more than its request: only a pause lets it wait. */
  unpaused(signal: AbortSignal): Promise<void> {
    return this.#inOrder(() => this.#whilePaused(signal));
  }

  #inOrder(work: () => Promise<void>): Promise<void> {
    const done = this.#queue.then(work);
    this.#queue = done;
    return done;
  }

  async #whilePaused(signal: AbortSignal): Promise<void> {
    while (this.#isPaused && !signal.aborted) await this.#waitOrChange(untilChangedMs, signal);
  }

  /** A chunk has come, and was so large. */
  sent(bytes: number): void {
    this.#sentBytes += bytes;
    // Of whichever turn: chunks and rounds of very different sizes are under way at once, and all that was charged ahead counts once.
    this.#charge(bytes - (this.#chargedAhead.shift() ?? 0));
    this.#guessBytes = bytes;
  }

  /** So much was sent for somebody who could not wait for a turn: the next chunks do. */
  sentAtOnce(bytes: number): void {
    this.#sentBytes += bytes;
    this.#charge(bytes);
  }

  async #pay(signal: AbortSignal): Promise<void> {
    for (;;) {
      await this.#whilePaused(signal);
      const dueMs = this.bytesPerSecond === undefined ? 0 : this.#paidMs - this.#clock.nowMs();
      if (dueMs <= 0 || signal.aborted) break;
      await this.#waitOrChange(dueMs, signal);
    }
    this.#chargedAhead.push(this.#guessBytes);
    this.#charge(this.#guessBytes);
  }

  #waitOrChange(ms: number, signal: AbortSignal): Promise<void> {
    return this.#wait(ms, AbortSignal.any([signal, this.#changed.signal]));
  }

  #charge(bytes: number): void {
    const limit = this.bytesPerSecond;
    if (limit === undefined) return;
    const [ms, nowMs] = [(bytes / limit) * 1000, this.#clock.nowMs()];
    if (ms >= 0) {
      const lent = Math.min(ms, this.#waitedTooLongMs);
      this.#waitedTooLongMs -= lent;
      this.#paidMs = Math.max(this.#paidMs, nowMs) + ms - lent;
      return;
    }
    // What was taken to be larger is given back: a wait that is under way becomes shorter, and one that is over lets the next ones be.
    const dueMs = Math.max(this.#paidMs, nowMs) + ms;
    this.#waitedTooLongMs += Math.max(0, nowMs - dueMs);
    this.#paidMs = Math.max(dueMs, nowMs);
  }
}
