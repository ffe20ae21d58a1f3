import { ImageCells } from './image-cells.ts';
import { innerPages } from './inner-pages.ts';
import { LeafPacker } from './leaf-packer.ts';
import { LeafProof } from './leaf-proof.ts';
import { decodedLeaves, Leaves } from './leaves.ts';
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
  /** The leaves that it is on, as `Leaves.encode` tells; nothing where it has no rows. */
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
  readonly #kept: Iterable<Buffer>;
  readonly #rootPage: number;
  #proof: LeafProof | undefined;

  /**
   * Goes on with a file after its first `pages`. `kept` are the leaves in it, in the order in which chunks told of them: the caller keeps what `append`
   * tells, and they are gone through anew whenever they are needed.
   */
  constructor(
    file: string,
    at: { pageSizeBytes: number; rootPage: number; pages: number },
    kept: Iterable<Buffer>,
  ) {
    this.#kept = kept;
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
   * call. Throws `image-foreign` where a row is not after the rowid `after` and up to `last`, where these are told, or an image is not sound.
   */
  append(
    chunk: Buffer,
    ahead: () => Iterator<Buffer>,
    { after, last, compare }: { after?: bigint | undefined; last?: bigint | undefined; compare: boolean },
  ): PackedChunk {
    const merged = () => {
      const images = ahead();
      return new MergedCells(new ImageCells(chunk, { after, last }), () => {
        const image = images.next();
        return image.done ? undefined : new ImageCells(image.value, { after, last });
      });
    };
    const rows = merged();
    const leaves = new Leaves();
    const packer = new LeafPacker(this.#file, leaves);
    let allRows = 0;
    for (; rows.next(); allRows++) packer.add(rows.current);
    packer.finish();
    this.#file.flush();
    this.#proof ??= new LeafProof(this.#file);
    return {
      rows: rows.chunkRows,
      allRows,
      displaced: rows.displaced,
      leaves: leaves.encode(),
      same: compare ? this.#proof.holds(leaves, merged()) : undefined,
    };
  }

  /** Puts the inner pages over the leaves, and makes the file one that SQLite can read. May be repeated where it was interrupted. */
  seal(): void {
    const [first, second] = decodedLeaves(this.#kept);
    if (!first) return;
    const leaf = first.page;
    if (!second) {
      // The last page of the file, behind what its rows have elsewhere: it takes the root's place.
      const only = Buffer.alloc(this.#file.pageSizeBytes);
      this.#file.read(leaf, only);
      this.#file.write(this.#rootPage, only);
      this.#tellPages(leaf - 1);
      this.#file.cut(leaf - 1);
      return;
    }
    const root = innerPages(this.#file, decodedLeaves(this.#kept));
    this.#file.flush();
    this.#file.write(this.#rootPage, root);
    this.#tellPages(this.pages);
  }

  /** Leaves the file with just its first `pages`. */
  #takeUp(pages: number): void {
    const [leaf, second] = decodedLeaves(this.#kept);
    // A process that died while it sealed the file had put its only leaf in the root's place.
    if (leaf && !second && this.#file.endsBefore(leaf.page)) {
      const only = Buffer.alloc(this.#file.pageSizeBytes);
      this.#file.read(this.#rootPage, only);
      this.#file.write(leaf.page, only);
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
