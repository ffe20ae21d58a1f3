import type { ImageCells } from './image-cells.ts';
import type { Leaves } from './leaves.ts';
import type { MergedCells } from './merged-cells.ts';
import type { PageFile } from './page-file.ts';
import { chainHeaderBytes, leafHeaderBytes, leafType, localBytes, mostLocalBytes } from './page-layout.ts';
import { readVarint, varintBytes } from './varint.ts';

const windowBytes = 1024 * 1024;

/**
 * Reads leaves back from their file, as SQLite will read them, and compares them with the rows that they were made of: each row in its
 * order, its rowid and its record, to the bit.
 */
export class LeafProof {
  readonly #file: PageFile;
  readonly #pageSize: number;
  /** Pages that were read ahead. */
  readonly #window: Buffer;
  #firstPage = 0;
  #pages = 0;
  readonly #chainPage: Buffer;

  constructor(file: PageFile) {
    this.#file = file;
    this.#pageSize = file.pageSizeBytes;
    this.#window = Buffer.alloc(windowBytes);
    this.#chainPage = Buffer.alloc(this.#pageSize);
  }

  /** Whether the leaves hold just these rows. The file must be flushed. */
  holds(leaves: Leaves, rows: MergedCells): boolean {
    this.#pages = 0;
    for (const { page, lastRowid } of leaves.all) {
      if (!this.#leafHolds(this.#read(page), rows)) return false;
      if (rows.current.rowid !== lastRowid) return false;
    }
    return !rows.next();
  }

  #leafHolds(leaf: Buffer, rows: MergedCells): boolean {
    if (leaf[0] !== leafType) return false;
    const cells = leaf.readUInt16BE(3);
    // Rows that lie side by side, here and where they came from, are compared as one.
    let run: Run | undefined;
    for (let cell = 0; cell < cells; cell++) {
      if (!rows.next()) return false;
      const row = rows.current;
      const at = leaf.readUInt16BE(leafHeaderBytes + 2 * cell);
      if (row.overflowPage !== 0 || row.payloadBytes > mostLocalBytes(this.#pageSize)) {
        if (!this.#holdsPieces(leaf, at, row)) return false;
      } else if (
        run &&
        run.source === row.bytes &&
        run.start === row.end &&
        run.at === at + row.end - row.start
      ) {
        run.start = row.start;
        run.at = at;
      } else {
        if (run && !isSame(leaf, run)) return false;
        run = { source: row.bytes, start: row.start, end: row.end, at };
      }
    }
    return run === undefined || isSame(leaf, run);
  }

  /** Of a row that is cut into pieces at its source, or here. */
  #holdsPieces(leaf: Buffer, at: number, row: ImageCells): boolean {
    const sizeLength = varintBytes(leaf, at);
    const rowidLength = varintBytes(leaf, at + sizeLength);
    const start = at + sizeLength + rowidLength;
    const local = localBytes(row.payloadBytes, this.#pageSize);
    const isCut = local < row.payloadBytes;
    if (
      readVarint(leaf, at, sizeLength) !== row.payloadBytes ||
      readVarint(leaf, at + sizeLength, rowidLength) !== row.rowid ||
      start + local + (isCut ? chainHeaderBytes : 0) > this.#pageSize
    )
      return false;
    let here = leaf.subarray(start, start + local);
    let next = isCut ? leaf.readUInt32BE(start + local) : 0;
    for (const piece of row.payload()) {
      for (let compared = 0; compared < piece.length; ) {
        if (here.length === 0) {
          if (next === 0 || next > this.#file.pages) return false;
          this.#file.read(next, this.#chainPage);
          next = this.#chainPage.readUInt32BE(0);
          here = this.#chainPage.subarray(chainHeaderBytes);
        }
        const length = Math.min(here.length, piece.length - compared);
        if (here.compare(piece, compared, compared + length, 0, length) !== 0) return false;
        here = here.subarray(length);
        compared += length;
      }
    }
    return next === 0;
  }

  #read(page: number): Buffer {
    if (page < this.#firstPage || page >= this.#firstPage + this.#pages) {
      this.#firstPage = page;
      this.#pages = Math.min(this.#window.length / this.#pageSize, this.#file.pages - page + 1);
      this.#file.read(page, this.#window.subarray(0, this.#pages * this.#pageSize));
    }
    const at = (page - this.#firstPage) * this.#pageSize;
    return this.#window.subarray(at, at + this.#pageSize);
  }
}

/** Rows in one piece: from `start` to `end` at their source, from `at` on their leaf. */
interface Run {
  source: Buffer;
  start: number;
  end: number;
  at: number;
}

function isSame(leaf: Buffer, { source, start, end, at }: Run): boolean {
  const bytes = end - start;
  return at + bytes <= leaf.length && source.compare(leaf, at, at + bytes, start, end) === 0;
}
