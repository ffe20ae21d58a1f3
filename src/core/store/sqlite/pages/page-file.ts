import { closeSync, fstatSync, ftruncateSync, openSync, readSync, writeSync } from 'node:fs';
import { lockPage } from './page-layout.ts';

/** Pages are written so many bytes at a time. */
const bufferBytes = 1024 * 1024;

/** A database file that whole pages are put at the end of, in their order, past SQLite. */
export class PageFile {
  readonly pageSizeBytes: number;
  readonly #descriptor: number;
  readonly #buffer: Buffer;
  readonly #lockPage: number;
  /** The first page in the buffer, and how many are there. */
  #first: number;
  #waiting = 0;
  #isOpen = true;

  /** Goes on after the first `pages` of a file that is there. */
  constructor(file: string, pageSizeBytes: number, pages: number) {
    this.pageSizeBytes = pageSizeBytes;
    this.#descriptor = openSync(file, 'r+');
    this.#buffer = Buffer.alloc(bufferBytes);
    this.#lockPage = lockPage(pageSizeBytes);
    this.#first = this.pageAfter(pages);
  }

  /** The last page's number, and so how many there are. */
  get pages(): number {
    const next = this.#first + this.#waiting;
    return next - 1 === this.#lockPage ? next - 2 : next - 1;
  }

  /** The number that the page appended next will have. */
  get nextPage(): number {
    return this.pageAfter(this.pages);
  }

  /** The page that follows another. */
  pageAfter(page: number): number {
    return page + 1 === this.#lockPage ? page + 2 : page + 1;
  }

  /** Puts a page at the end; its bytes may be used again. Returns its number. */
  append(page: Uint8Array): number {
    const number = this.nextPage;
    if (number !== this.#first + this.#waiting || (this.#waiting + 1) * this.pageSizeBytes > bufferBytes) {
      this.flush();
      this.#first = number;
    }
    this.#buffer.set(page, this.#waiting * this.pageSizeBytes);
    this.#waiting++;
    return number;
  }

  /** Hands what waits to the system. */
  flush(): void {
    this.write(this.#first, this.#buffer.subarray(0, this.#waiting * this.pageSizeBytes));
    this.#first += this.#waiting;
    this.#waiting = 0;
  }

  /** Writes bytes from the start of a page on, where it stands. */
  write(page: number, bytes: Uint8Array): void {
    const start = (page - 1) * this.pageSizeBytes;
    for (let written = 0; written < bytes.length; ) {
      written += writeSync(this.#descriptor, bytes, written, bytes.length - written, start + written);
    }
  }

  /** Fills `bytes` from the start of a page on; throws a RangeError where the file ends before. */
  read(page: number, bytes: Uint8Array): void {
    const start = (page - 1) * this.pageSizeBytes;
    for (let read = 0; read < bytes.length; ) {
      const more = readSync(this.#descriptor, bytes, read, bytes.length - read, start + read);
      if (more === 0) throw new RangeError(`There is no page ${page}.`);
      read += more;
    }
  }

  /** Whether the file ends before its first `pages` do. */
  endsBefore(pages: number): boolean {
    return fstatSync(this.#descriptor).size < pages * this.pageSizeBytes;
  }

  /** Ends the file after so many pages. */
  cut(pages: number): void {
    ftruncateSync(this.#descriptor, pages * this.pageSizeBytes);
  }

  /** May be repeated: the descriptor's number may be another file's by then. */
  close(): void {
    if (this.#isOpen) closeSync(this.#descriptor);
    this.#isOpen = false;
  }
}
