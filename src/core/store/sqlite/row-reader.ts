import { systemCodeOf } from '../../errors.ts';
import type { Connection } from './connection.ts';
import { deltaLogNames } from './delta-log.ts';
import { type Image, type ImageShape, withImages } from './image.ts';
import { type Bindable, readScanKey, type ScanKey, scanKeyTerms } from './key-codec.ts';
import { carriedTerms, rangeCondition, type ScanRange, sameKey, scanTerms, walkTerms } from './scan.ts';
import { all, imageColumns, quote } from './sql.ts';
import type { Cut } from './stretch.ts';
import type { TableShape } from './table-shape.ts';

/** What an image holds; `ordered` are rows in the scan order, under their rowids where these are a column. */
export type ImageKind = 'rows' | 'ordered' | 'keys' | 'both';

/**
 * Copies rows and keys of a table into images. Donor and joiner both read through this, so that equal rows give equal
 * images. `main` is the database that holds the table.
 */
export class RowReader {
  readonly shape: TableShape;
  readonly rowColumns: number;
  readonly keyColumns: number;
  readonly #db: Connection;
  readonly #from: string;

  constructor(db: Connection, shape: TableShape) {
    this.#db = db;
    this.shape = shape;
    this.rowColumns = carriedTerms(shape).length;
    this.keyColumns = shape.key.length;
    this.#from = `main.${quote(shape.name)} t`;
  }

  /** Rows of `source` (a FROM clause that names the table `t`, with its WHERE) in the order given. Returns their number. */
  fillRows(
    image: Image,
    source: string,
    values: readonly Bindable[],
    order: readonly string[] = walkTerms(this.shape),
    limit = -1,
  ): number {
    const terms = carriedTerms(this.shape).join(', ');
    return this.#db
      .prepare(
        `INSERT INTO ${image.name}.r SELECT ${terms} FROM ${source} ORDER BY ${order.join(', ')} LIMIT ?`,
      )
      .run(...values, limit).changes;
  }

  /** Keys of the Delta Log in (after, until], oldest first. Returns their number. */
  fillChangedKeys(image: Image, after: number, until: number): number {
    const { delta } = deltaLogNames(this.shape.name);
    const terms = imageColumns(this.keyColumns).map((_, i) => `k${i}`);
    return this.#db
      .prepare(
        `INSERT INTO ${image.name}.k SELECT ${terms.join(', ')} FROM main.${quote(delta)} WHERE seq > ? AND seq <= ? ORDER BY seq`,
      )
      .run(after, until).changes;
  }

  /** The rows, as they are now, of all keys of `keys.k`. */
  fillRowsOfKeys(image: Image, keys: { name: string }): number {
    const columns = imageColumns(this.keyColumns);
    const same = sameKey(
      this.shape,
      columns.map((column) => `k.${column}`),
    );
    // A key that stands twice in the list, as NULL may, must not bring its row twice.
    const distinct = `(SELECT DISTINCT ${columns.join(', ')} FROM ${keys.name}.k)`;
    return this.fillRows(image, `${distinct} k CROSS JOIN ${this.#from} ON ${same}`, []);
  }

  /** The rows that the table has in the places of an image's rows, in the image's order. */
  fillPlacesOf(image: Image, received: string): number {
    const carried = carriedTerms(this.shape);
    const names = scanTerms(this.shape);
    const same = all(
      walkTerms(this.shape).map((term, i) => `${term} IS i.c${carried.indexOf(names[i] ?? '')}`),
    );
    return this.fillRows(image, `${received}.r i CROSS JOIN ${this.#from} ON ${same}`, [], ['i.rowid']);
  }

  /** The rows of a range that `more` (an SQL condition on `t`) lets through. */
  fillRange(image: Image, range: ScanRange, more = 'TRUE'): number {
    const { sql, values } = rangeCondition(this.shape, range);
    return this.fillRows(image, `${this.#from} WHERE ${sql} AND ${more}`, values);
  }

  /** The rows of a stretch that `more` lets through, and where it ends; undefined is the end of the table. */
  fillStretch(
    image: Image,
    from: ScanKey | undefined,
    cut: Cut,
    more = 'TRUE',
  ): { rows: number; to: ScanKey | undefined } {
    if ('to' in cut) return { rows: this.fillRange(image, { from, to: cut.to }, more), to: cut.to };
    const { sql, values } = rangeCondition(this.shape, { from });
    const rows = this.fillRows(image, `${this.#from} WHERE ${sql} AND ${more}`, values, undefined, cut.rows);
    return { rows, to: rows < cut.rows ? undefined : this.#lastPlace(image) };
  }

  /** The scan key of the row that was put into an image last. */
  #lastPlace(image: Image): ScanKey | undefined {
    const carried = carriedTerms(this.shape);
    const terms = scanTerms(this.shape).map((term) => `c${carried.indexOf(term)}`);
    const row = this.#db
      .prepare(`SELECT ${scanKeyTerms(terms)} FROM ${image.name}.r ORDER BY rowid DESC LIMIT 1`)
      .raw()
      .safeIntegers()
      .get() as unknown[] | undefined;
    return row && readScanKey(row);
  }

  /**
   * `images` for rows that are expected to stay under `maxBytes`: where they do not, the images run full instead of the
   * memory, and `onFull` fills new ones, without that bound.
   */
  boundedImages<T>(
    kinds: readonly ImageKind[],
    maxBytes: number,
    work: (...images: Image[]) => T,
    onFull: (...images: Image[]) => T,
  ): T {
    try {
      return this.images(kinds, work, maxBytes);
    } catch (error) {
      if (systemCodeOf(error) !== 'SQLITE_FULL') throw error;
      return this.images(kinds, onFull);
    }
  }

  /** `withImages` with the widths of this table. */
  images<T>(kinds: readonly ImageKind[], work: (...images: Image[]) => T, maxBytes?: number): T {
    const bound = maxBytes === undefined ? {} : { maxBytes };
    const shapes = kinds.map((kind) => ({ ...this.imageShape(kind), ...bound }));
    return withImages(this.#db, shapes, work);
  }

  imageShape(kind: ImageKind): ImageShape {
    const { rowid, rowidIsColumn, columns } = this.shape;
    const rowidColumn =
      kind === 'ordered' && rowidIsColumn ? columns.findIndex(({ name }) => name === rowid) : undefined;
    return {
      rowColumns: kind === 'keys' ? 0 : this.rowColumns,
      keyColumns: kind === 'rows' || kind === 'ordered' ? 0 : this.keyColumns,
      rowidColumn,
    };
  }
}
