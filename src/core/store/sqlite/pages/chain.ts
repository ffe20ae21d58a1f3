import type { PageFile } from './page-file.ts';
import { chainHeaderBytes } from './page-layout.ts';

/** Puts what of a row has no place on its leaf on overflow pages, one behind the other (sqlite.org/fileformat2.html, section 1.7). */
export class Chain {
  /** Where it begins, if it holds anything. */
  readonly firstPage: number;
  readonly #file: PageFile;
  readonly #page: Buffer;
  #filled = chainHeaderBytes;

  /** `page` is memory of a page's size. */
  constructor(file: PageFile, page: Buffer) {
    this.#file = file;
    this.#page = page;
    this.firstPage = file.nextPage;
  }

  add(bytes: Buffer): void {
    for (let at = 0; at < bytes.length; ) {
      if (this.#filled === this.#page.length) this.#append(this.#file.pageAfter(this.#file.nextPage));
      const copied = bytes.copy(this.#page, this.#filled, at);
      this.#filled += copied;
      at += copied;
    }
  }

  /** Ends the last page. */
  finish(): void {
    if (this.#filled > chainHeaderBytes) this.#append(0);
  }

  #append(following: number): void {
    this.#page.writeUInt32BE(following);
    this.#page.fill(0, this.#filled);
    this.#file.append(this.#page);
    this.#filled = chainHeaderBytes;
  }
}
