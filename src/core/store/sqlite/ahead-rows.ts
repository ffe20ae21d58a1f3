import type { Connection } from './connection.ts';
import type { Image } from './image.ts';
import { rowidOf, type ScanKey } from './key-codec.ts';
import { RowReader } from './row-reader.ts';
import type { ScanRange } from './scan.ts';
import { quote } from './sql.ts';
import { StretchFinder } from './stretch.ts';
import type { TableShape } from './table-shape.ts';

/** So much is read of them at a time, unless a single row is larger. */
const targetBytes = 4 * 1024 * 1024;

/** The rows that went ahead to a joiner whose table is walked by a rowid that is a column, to be put between those of the snapshot. */
export class AheadRows {
  readonly #db: Connection;
  readonly #rowid: string;
  readonly #reader: RowReader;
  readonly #stretches: StretchFinder;
  readonly #isEmpty: boolean;

  /** None may be added or taken away as long as this is used. */
  constructor(db: Connection, shape: TableShape) {
    this.#db = db;
    this.#rowid = quote(shape.rowid ?? '');
    this.#reader = new RowReader(db, shape);
    this.#stretches = new StretchFinder(db, shape);
    this.#isEmpty = db.prepare(`SELECT 1 FROM main.${quote(shape.name)}`).get() === undefined;
  }

  /** Keyed images of those in a range, in their order. Not inside a transaction. */
  *in({ from, to }: ScanRange): Generator<Buffer, void> {
    const isOver = (place: ScanKey | undefined) =>
      place === undefined || (to !== undefined && rowidOf(place) >= rowidOf(to));
    for (let after = from; !this.#isEmpty; ) {
      const read = this.#next(after, to);
      if (read.rows > 0) yield read.image;
      if (isOver(read.to)) return;
      after = read.to;
    }
  }

  /** How many there are after a place. */
  countAfter(place: ScanKey | undefined): number {
    if (this.#isEmpty) return 0;
    const after = place === undefined ? 'TRUE' : `${this.#rowid} > ${rowidOf(place)}`;
    return this.#db
      .prepare(`SELECT count(*) FROM main.${quote(this.#reader.shape.name)} WHERE ${after}`)
      .pluck()
      .get() as number;
  }

  #next(from: ScanKey | undefined, to: ScanKey | undefined) {
    const within = to === undefined ? 'TRUE' : `t.${this.#rowid} <= ${rowidOf(to)}`;
    const read = (image: Image) => {
      const cut = this.#stretches.next(from, targetBytes);
      const stretch = this.#reader.fillStretch(image, from, cut, within);
      const bytes = image.bytes();
      this.#stretches.learn(stretch.rows, bytes.length);
      return { ...stretch, image: bytes };
    };
    return this.#reader.boundedImages(['ordered'], 4 * targetBytes, read, (image) => {
      this.#stretches.forget();
      return read(image);
    });
  }
}
