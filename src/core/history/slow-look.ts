import type { LogLookup } from '../access-log/log-lookups.ts';
import type { LogInput } from './ingest.ts';

/** Looks for logs at hosts beside everything else, one look at a time, so that a slow host delays no other log. */
export class SlowLook {
  readonly #lookup: LogLookup;
  readonly #intervalMs: number;
  readonly #onFailure: (error: unknown) => void;
  #running: Promise<void> | undefined;
  #found: LogInput[] = [];
  #dueMs: number;

  /** `onFailure` hears why a look brought nothing; the next is made all the same. */
  constructor(lookup: LogLookup, intervalMs: number, nowMs: number, onFailure: (error: unknown) => void) {
    this.#lookup = lookup;
    this.#intervalMs = intervalMs;
    this.#dueMs = nowMs + intervalMs;
    this.#onFailure = onFailure;
  }

  /** What the last look brought, once; begins the next where it is time. */
  take(nowMs: number, signal: AbortSignal): LogInput[] {
    const found = this.#found;
    this.#found = [];
    if (!this.#running && nowMs >= this.#dueMs) {
      this.#dueMs = nowMs + this.#intervalMs;
      this.#running = this.#look(signal);
    }
    return found;
  }

  /** Resolves when no look is under way. */
  async end(): Promise<void> {
    await this.#running;
  }

  async #look(signal: AbortSignal): Promise<void> {
    try {
      this.#found = await this.#lookup.look(signal);
    } catch (error) {
      if (!signal.aborted) this.#onFailure(error);
    } finally {
      this.#running = undefined;
    }
  }
}
