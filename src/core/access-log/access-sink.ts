/** A line longer than this is rejected without being held. */
export const maxLineBytes = 1024 * 1024;

/** A key longer than this is rejected with its line. */
export const maxKeyBytes = 1024;

/** Where the events of a log go. */
export interface AccessSink {
  /**
   * Takes one event. The key is the bytes [start, end) of `bytes`, valid only during the call. `sizeBytes` is -1 where
   * the log gives none. Returns false, and takes nothing, if the key is not valid UTF-8.
   */
  add(
    bytes: Uint8Array,
    start: number,
    end: number,
    timeMs: number,
    isWrite: boolean,
    sizeBytes: number,
  ): boolean;
}

/** Reads the lines of one format. */
export interface LineParser {
  /**
   * Reads the whole lines in [start, end) of `block`; `end` stands behind a line feed. Returns where it stopped: at
   * `end`, or earlier at a record whose rest is still to come, never with `isLast`.
   */
  parse(block: Buffer, start: number, end: number, isLast: boolean): number;
}
