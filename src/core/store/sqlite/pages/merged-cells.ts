import type { ImageCells } from './image-cells.ts';

/**
 * The rows of a chunk and those that went ahead of it, in the order of their rowids; of two with the same rowid the chunk's,
 * which is the newer one.
 */
export class MergedCells {
  readonly #chunk: ImageCells;
  readonly #moreAhead: () => ImageCells | undefined;
  /** Undefined where no more rows went ahead. */
  #ahead: ImageCells | undefined;
  #chunkIsThere: boolean;
  #hasBegun = false;
  /** The cursor whose row is the current one. */
  current: ImageCells;
  /** Rows of the chunk so far. */
  chunkRows = 0;
  /** Rows that went ahead and gave way so far. */
  displaced = 0;

  /** `moreAhead` gives the rows that went ahead, image by image, until there are none. */
  constructor(chunk: ImageCells, moreAhead: () => ImageCells | undefined) {
    this.#chunk = chunk;
    this.#moreAhead = moreAhead;
    this.current = chunk;
    this.#chunkIsThere = chunk.next();
    this.#ahead = moreAhead();
    this.#nextAhead();
  }

  /** Goes on to the next row; false past the last one, and not to be called again then. */
  next(): boolean {
    if (this.#hasBegun) this.#leave();
    this.#hasBegun = true;
    const ahead = this.#ahead;
    if (ahead && !(this.#chunkIsThere && this.#chunk.rowid <= ahead.rowid)) {
      this.current = ahead;
      return true;
    }
    this.current = this.#chunk;
    return this.#chunkIsThere;
  }

  #leave(): void {
    if (this.current === this.#ahead) {
      this.#nextAhead();
      return;
    }
    this.chunkRows++;
    if (this.#ahead && this.#ahead.rowid <= this.#chunk.rowid) {
      this.displaced++;
      this.#nextAhead();
    }
    this.#chunkIsThere = this.#chunk.next();
  }

  #nextAhead(): void {
    while (this.#ahead && !this.#ahead.next()) this.#ahead = this.#moreAhead();
  }
}
