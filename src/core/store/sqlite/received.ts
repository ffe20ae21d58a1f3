/** A delta as it arrived: the image of `DeltaChunk` and its watermark. */
export interface ReceivedDelta {
  image: Buffer;
  watermark: number;
  /** AUTOINCREMENT's counter at the donor, where it is to be the joiner's. */
  lastRowid?: string | undefined;
  /** Whether the log ended with it; undefined where that does not matter. */
  complete?: boolean | undefined;
}

/**
 * `displaced`: a row that was there gave way. `same`: the table has, to the bit, what came; absent where that was not asked
 * for.
 */
export interface Stored {
  rows: number;
  displaced: boolean;
  same?: boolean;
}

export interface Comparison {
  same: boolean;
  rows: number;
  /** Rows that were missing, surplus or different, after a repair; 0 where only the digest was odd. */
  differences: number;
}
