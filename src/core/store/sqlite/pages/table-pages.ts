import { ImageCells } from './image-cells.ts';
import { innerPages } from './inner-pages.ts';
import { LeafPacker } from './leaf-packer.ts';
import { LeafProof } from './leaf-proof.ts';
import { Leaves } from './leaves.ts';
import { MergedCells } from './merged-cells.ts';
import { PageFile } from './page-file.ts';

/** What a chunk came to. */
export interface PackedChunk {
  /** Rows of the chunk itself. */
  rows: number;
  /** Those that went ahead counted in. */
  allRows: number;
  /** Rows that went ahead and gave way to the chunk's. */
  displaced: number;
  /** The leaves that it is on, as `Leaves.encode` tells. */
  leaves: Buffer;
  /** Whether the file has, to the bit, what came; undefined where that was not asked for. */
  same: boolean | undefined;
}

/**
 * The pages of a table whose rows come in the order of their rowids, put together without SQLite, behind the pages of a file in which the table
 * is empty. That file is sound again once `seal` was called; before that nobody may open it to read the table.
 */
export class TablePages {
  readonly #file: PageFile;
  readonly #leaves = new Leaves();
  readonly #rootPage: number;
  #proof: LeafProof | undefined;

  /** Goes on with a file after its first `pages`, in which `leaves` are, in the order in which chunks told of them. */
  constructor(
    file: string,
    at: { pageSizeBytes: number; rootPage: number; pages: number; leaves?: Iterable<Buffer> },
  ) {
    for (const leaves of at.leaves ?? []) this.#leaves.decode(leaves);
    this.#rootPage = at.rootPage;
    this.#file = new PageFile(file, at.pageSizeBytes, at.pages);
    try {
      this.#takeUp(at.pages);
    } catch (error) {
      this.#file.close();
      throw error;
    }
  }

  /** How many there are, to go on after. */
  get pages(): number {
    return this.#file.pages;
  }

  /**
   * Puts the rows of a chunk, and those that went ahead into its range, behind those that are there. `ahead` gives images of these anew at every
   * call. Throws `image-foreign` where a row does not belong behind them, or an image is not sound.
   */
  append(chunk: Buffer, ahead: () => Iterator<Buffer>, { compare }: { compare: boolean }): PackedChunk {
    const start = this.#leaves.count;
    const after = this.#leaves.lastRowid;
    const merged = () => {
      const images = ahead();
      return new MergedCells(new ImageCells(chunk, after), () => {
        const image = images.next();
        return image.done ? undefined : new ImageCells(image.value, after);
      });
    };
    const rows = merged();
    const packer = new LeafPacker(this.#file, this.#leaves);
    let allRows = 0;
    for (; rows.next(); allRows++) packer.add(rows.current);
    packer.finish();
    this.#file.flush();
    this.#proof ??= new LeafProof(this.#file);
    return {
      rows: rows.chunkRows,
      allRows,
      displaced: rows.displaced,
      leaves: this.#leaves.encode(start),
      same: compare ? this.#proof.holds(this.#leaves, start, merged()) : undefined,
    };
  }

  /** Puts the inner pages over the leaves, and makes the file one that SQLite can read. May be repeated where it was interrupted. */
  seal(): void {
    const [leaf] = this.#leaves.pages;
    if (leaf === undefined) return;
    if (this.#leaves.count === 1) {
      // The last page of the file, behind what its rows have elsewhere: it takes the root's place.
      const only = Buffer.alloc(this.#file.pageSizeBytes);
      this.#file.read(leaf, only);
      this.#file.write(this.#rootPage, only);
      this.#tellPages(leaf - 1);
      this.#file.cut(leaf - 1);
      return;
    }
    const root = innerPages(this.#file, this.#leaves);
    this.#file.flush();
    this.#file.write(this.#rootPage, root);
    this.#tellPages(this.pages);
  }

  /** Leaves the file with just its first `pages`. */
  #takeUp(pages: number): void {
    const [leaf] = this.#leaves.count === 1 ? this.#leaves.pages : [];
    // A process that died while it sealed the file had put its only leaf in the root's place.
    if (leaf !== undefined && this.#file.endsBefore(leaf)) {
      const only = Buffer.alloc(this.#file.pageSizeBytes);
      this.#file.read(this.#rootPage, only);
      this.#file.write(leaf, only);
    }
    this.#tellPages(pages);
    this.#file.cut(pages);
  }

  /** The file's first page tells how many there are (sqlite.org/fileformat2.html, section 1.3.7). */
  #tellPages(pages: number): void {
    const first = Buffer.alloc(this.#file.pageSizeBytes);
    this.#file.read(1, first);
    first.writeUInt32BE(pages, 28);
    this.#file.write(1, first);
  }

  close(): void {
    this.#file.close();
  }
}
