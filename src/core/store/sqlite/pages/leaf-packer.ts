import { Chain } from './chain.ts';
import type { ImageCells } from './image-cells.ts';
import type { Leaves } from './leaves.ts';
import type { PageFile } from './page-file.ts';
import { chainHeaderBytes, leafHeaderBytes, leafType, localBytes, mostLocalBytes } from './page-layout.ts';

/**
 * Packs rows, in the order of their rowids, into leaves of a table's b-tree (sqlite.org/fileformat2.html, section 1.6), as full as they
 * get. A leaf stands after the overflow pages of its rows.
 */
export class LeafPacker {
  readonly #file: PageFile;
  readonly #leaves: Leaves;
  readonly #page: Buffer;
  readonly #chainPage: Buffer;
  readonly #mostLocal: number;
  #cells = 0;
  /** Where the rows of the page begin; they are put in from its end. */
  #content: number;
  #lastRowid: number | bigint = 0;
  /** Rows that lie side by side at their source are moved as one. */
  #run: { source: Buffer; start: number; end: number } | undefined;

  constructor(file: PageFile, leaves: Leaves) {
    this.#file = file;
    this.#leaves = leaves;
    this.#page = Buffer.alloc(file.pageSizeBytes);
    this.#chainPage = Buffer.alloc(file.pageSizeBytes);
    this.#mostLocal = mostLocalBytes(file.pageSizeBytes);
    this.#content = file.pageSizeBytes;
  }

  /** The row that a cursor is at. */
  add(row: ImageCells): void {
    const isWhole = row.payloadBytes <= this.#mostLocal && row.overflowPage === 0;
    if (isWhole) this.#addWhole(row);
    else this.#addPieces(row);
    this.#lastRowid = row.rowid;
  }

  /** Ends the last leaf. */
  finish(): void {
    if (this.#cells === 0) return;
    this.#endRun();
    const page = this.#page;
    const pointersEnd = leafHeaderBytes + 2 * this.#cells;
    page[0] = leafType;
    page.writeUInt16BE(0, 1);
    page.writeUInt16BE(this.#cells, 3);
    page.writeUInt16BE(this.#content, 5);
    page[7] = 0;
    page.fill(0, pointersEnd, this.#content);
    this.#leaves.add(this.#file.append(page), this.#lastRowid);
    this.#cells = 0;
    this.#content = this.#file.pageSizeBytes;
  }

  #addWhole(row: ImageCells): void {
    const bytes = row.end - row.start;
    this.#makeRoom(bytes);
    const run = this.#run;
    // Rows are put into a page from its end, at the source too.
    if (run && run.source === row.bytes && run.start === row.end) run.start = row.start;
    else this.#beginRun(row.bytes, row.start, row.end);
    this.#point(bytes);
  }

  /** A row that is cut otherwise here than at its source: part of it goes on overflow pages, or no longer does. */
  #addPieces(row: ImageCells): void {
    const headerBytes = row.payloadStart - row.start;
    const local = localBytes(row.payloadBytes, this.#file.pageSizeBytes);
    const cell = Buffer.allocUnsafe(headerBytes + local + (local < row.payloadBytes ? chainHeaderBytes : 0));
    row.bytes.copy(cell, 0, row.start, row.payloadStart);
    this.#makeRoom(cell.length);
    let filled = headerBytes;
    const chain = new Chain(this.#file, this.#chainPage);
    for (const piece of row.payload()) {
      const here = Math.min(piece.length, headerBytes + local - filled);
      piece.copy(cell, filled, 0, here);
      filled += here;
      chain.add(piece.subarray(here));
    }
    if (local < row.payloadBytes) cell.writeUInt32BE(chain.firstPage, headerBytes + local);
    chain.finish();
    this.#beginRun(cell, 0, cell.length);
    this.#point(cell.length);
  }

  #makeRoom(bytes: number): void {
    if (leafHeaderBytes + 2 * (this.#cells + 1) + bytes > this.#content) this.finish();
  }

  #point(bytes: number): void {
    this.#content -= bytes;
    this.#page.writeUInt16BE(this.#content, leafHeaderBytes + 2 * this.#cells);
    this.#cells++;
  }

  #beginRun(source: Buffer, start: number, end: number): void {
    this.#endRun();
    this.#run = { source, start, end };
  }

  #endRun(): void {
    if (this.#run) this.#run.source.copy(this.#page, this.#content, this.#run.start, this.#run.end);
    this.#run = undefined;
  }
}
