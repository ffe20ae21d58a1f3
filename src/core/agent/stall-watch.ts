import type { RequestType } from './protocol.ts';

/** Requests that take as long as the table is large, without a word meanwhile. ssh itself tells when their host is gone. */
export const silentRequests: ReadonlySet<RequestType> = new Set([
  'cache.fill',
  'joiner.open',
  'joiner.indexes',
  'joiner.publish',
  'joiner.discard',
]);

const looksPerTimeout = 8;

/** What a watch looks at. */
export interface Watched {
  /** The request whose answer is due next; undefined where none is. */
  due(): RequestType | undefined;
  /** Grows with all that was sent or has arrived. */
  progress(): number;
}

/** Looks every now and then whether an answer is due and nothing moves, and calls `onStall` once where that lasts for too long. */
export class StallWatch {
  readonly #timer: NodeJS.Timeout;

  constructor(watched: Watched, timeoutMs: number, onStall: () => void) {
    let last = watched.progress();
    let sinceMs = performance.now();
    this.#timer = setInterval(() => {
      const due = watched.due();
      const progress = watched.progress();
      const nowMs = performance.now();
      if (due === undefined || silentRequests.has(due) || progress !== last) {
        last = progress;
        sinceMs = nowMs;
        return;
      }
      if (nowMs - sinceMs < timeoutMs) return;
      this.end();
      onStall();
    }, timeoutMs / looksPerTimeout);
    this.#timer.unref();
  }

  /** May be called again. */
  end(): void {
    clearInterval(this.#timer);
  }
}
