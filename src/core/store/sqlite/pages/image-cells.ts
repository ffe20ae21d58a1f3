import { imageForeign } from '../image.ts';
import {
  chainHeaderBytes,
  innerHeaderBytes,
  innerType,
  leafHeaderBytes,
  leafType,
  localBytes,
  mostLocalBytes,
} from './page-layout.ts';
import { readVarint, shortVarint, varintBytes } from './varint.ts';

/** Of the only table of an image: its schema is on the first page. */
const rootPage = 2;
/** A record is its header's size and the type of one value at least. */
const leastPayloadBytes = 2;
const leastCellBytes = 4;

/**
 * Walks the rows of a keyed image in the order of their rowids, without SQLite: a cursor, whose fields tell of the row that
 * `next` has come to. Images come from outside: whatever would lead out of the image, around in it, or back in the order is refused with `image-foreign`.
 */
export class ImageCells {
  readonly bytes: Buffer;
  /** Where the row's cell begins, and where it ends on its leaf; the number of an overflow page not counted. */
  start = 0;
  end = 0;
  /** Where the row's record begins; `payloadBytes` of it follow, those past `end` on overflow pages. */
  payloadStart = 0;
  payloadBytes = 0;
  /** The first overflow page; 0 for none. */
  overflowPage = 0;
  rowid: number | bigint = 0;
  readonly #pageSize: number;
  readonly #pages: number;
  readonly #mostLocal: number;
  /** Inner pages from the root down: where each begins, and which child comes next. */
  readonly #way: { at: number; child: number }[] = [];
  #visited = 0;
  /** Of the rows of a leaf so far. */
  #leafBytes = 0;
  #page = 0;
  #cell = 0;
  #cells = 0;
  #before: number | bigint | undefined;
  readonly #last: number | bigint | undefined;

  /** Rows come after the rowid `after`, and none after `last`, where these are told. */
  constructor(
    image: Buffer,
    { after, last }: { after?: bigint | undefined; last?: bigint | undefined } = {},
  ) {
    this.bytes = image;
    this.#before = after;
    // Rowids are numbers mostly, and numbers compare with one another much faster.
    this.#last = last !== undefined && Number.isSafeInteger(Number(last)) ? Number(last) : last;
    if (image.length < 1024 || image.toString('latin1', 0, 16) !== 'SQLite format 3\0') throw imageForeign();
    const coded = image.readUInt16BE(16);
    this.#pageSize = coded === 1 ? 65536 : coded;
    this.#pages = image.length / this.#pageSize;
    // Reserved bytes at the ends of pages would move everything.
    if (this.#pageSize < 512 || !Number.isInteger(this.#pages) || image[20] !== 0) throw imageForeign();
    this.#mostLocal = mostLocalBytes(this.#pageSize);
    this.#descend(rootPage);
  }

  /** Goes on to the next row; false past the last one. */
  next(): boolean {
    while (this.#cell === this.#cells) if (!this.#nextLeaf()) return false;
    const { bytes } = this;
    const pageEnd = this.#page + this.#pageSize;
    const start = this.#page + twoBytes(bytes, this.#page + leafHeaderBytes + 2 * this.#cell);
    if (start + leastCellBytes > pageEnd) throw imageForeign();
    const sizeLength = varintBytes(bytes, start);
    const rowidAt = start + sizeLength;
    const rowidLength = varintBytes(bytes, rowidAt);
    const payloadStart = rowidAt + rowidLength;
    const payloadBytes = shortVarint(bytes, start, sizeLength);
    if (payloadBytes < leastPayloadBytes || payloadBytes > bytes.length) throw imageForeign();
    const isWhole = payloadBytes <= this.#mostLocal;
    const end = payloadStart + (isWhole ? payloadBytes : localBytes(payloadBytes, this.#pageSize));
    if (end + (isWhole ? 0 : chainHeaderBytes) > pageEnd) throw imageForeign();
    // Rows that lie in one another would come to more than there is of them.
    this.#leafBytes += end - start;
    if (this.#leafBytes > this.#pageSize) throw imageForeign();
    const rowid = readVarint(bytes, rowidAt, rowidLength);
    if (this.#before !== undefined && rowid <= this.#before) throw imageForeign();
    if (this.#last !== undefined && rowid > this.#last) throw imageForeign();
    this.start = start;
    this.end = end;
    this.payloadStart = payloadStart;
    this.payloadBytes = payloadBytes;
    this.overflowPage = isWhole ? 0 : bytes.readUInt32BE(end);
    this.rowid = rowid;
    this.#before = rowid;
    this.#cell++;
    return true;
  }

  /** The row's record, piece by piece: what is on the leaf, and what is on each overflow page. Once a row. */
  *payload(): Generator<Buffer> {
    yield this.bytes.subarray(this.payloadStart, this.end);
    let left = this.payloadBytes - (this.end - this.payloadStart);
    for (let page = this.overflowPage; left > 0; ) {
      const at = this.#comeTo(page);
      const length = Math.min(left, this.#pageSize - chainHeaderBytes);
      yield this.bytes.subarray(at + chainHeaderBytes, at + chainHeaderBytes + length);
      left -= length;
      page = this.bytes.readUInt32BE(at);
    }
  }

  #nextLeaf(): boolean {
    for (let inner = this.#way.at(-1); inner; inner = this.#way.at(-1)) {
      const cells = this.bytes.readUInt16BE(inner.at + 3);
      const child = inner.child++;
      if (child < cells) {
        const cell = this.bytes.readUInt16BE(inner.at + innerHeaderBytes + 2 * child);
        if (cell + 4 > this.#pageSize) throw imageForeign();
        this.#descend(this.bytes.readUInt32BE(inner.at + cell));
        return true;
      }
      if (child === cells) {
        this.#descend(this.bytes.readUInt32BE(inner.at + 8));
        return true;
      }
      this.#way.pop();
    }
    return false;
  }

  /** To the first leaf under a page. */
  #descend(page: number): void {
    for (let at = this.#comeTo(page); ; ) {
      const cells = this.bytes.readUInt16BE(at + 3);
      const isLeaf = this.bytes[at] === leafType;
      const headerBytes = isLeaf ? leafHeaderBytes : innerHeaderBytes;
      if (headerBytes + 2 * cells > this.#pageSize) throw imageForeign();
      if (isLeaf) {
        this.#page = at;
        this.#cell = 0;
        this.#cells = cells;
        this.#leafBytes = 0;
        return;
      }
      if (this.bytes[at] !== innerType || cells === 0) throw imageForeign();
      this.#way.push({ at, child: 1 });
      const first = this.bytes.readUInt16BE(at + innerHeaderBytes);
      if (first + 4 > this.#pageSize) throw imageForeign();
      at = this.#comeTo(this.bytes.readUInt32BE(at + first));
    }
  }

  /** Where a page begins. None is come to twice, so there are never more steps than pages. */
  #comeTo(page: number): number {
    if (++this.#visited > this.#pages) throw imageForeign();
    if (page < rootPage || page > this.#pages) throw imageForeign();
    return (page - 1) * this.#pageSize;
  }
}

function twoBytes(bytes: Uint8Array, at: number): number {
  return ((bytes[at] as number) << 8) | (bytes[at + 1] as number);
}
