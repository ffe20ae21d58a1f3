import type { Statement } from 'better-sqlite3';
import type { RowKey } from '../../row-key.ts';
import type { Known } from '../../serve/read-through.ts';
import { type RowValue, rowJson } from '../../serve/row-json.ts';
import type { Connection } from './connection.ts';
import type { FetchedRows } from './fetched-rows.ts';
import { forceFile } from './forced-beside.ts';
import type { JoinerProgress } from './joiner-progress.ts';
import type { RowOrigins } from './row-origins.ts';
import { keyTerms } from './scan.ts';
import { all, quote } from './sql.ts';
import { TableKeys } from './table-keys.ts';
import type { TableShape } from './table-shape.ts';

/** What is kept beside the rows. */
interface Beside {
  fetched: FetchedRows;
  origins: RowOrigins | undefined;
  progress: JoinerProgress;
}

/** Reads single rows of a joiner's table as applications ask for them. */
export class ServedRows {
  readonly #db: Connection;
  readonly #keys: TableKeys;
  readonly #fetched: FetchedRows;
  readonly #origins: RowOrigins | undefined;
  readonly #progress: JoinerProgress;
  readonly #row: Statement<unknown[]>;
  readonly #columns: string[];
  /** Where the parts of the key stand among the columns. */
  readonly #keyPlaces: number[];
  /** When the lead was as the rows that are here say, or later: all of them were read since. */
  #asOfMs: number;
  #isWhole: boolean;
  #forcing: Promise<void> | undefined;

  constructor(db: Connection, shape: TableShape, { fetched, origins, progress }: Beside, asOfMs: number) {
    const { stage } = progress.checkpoint;
    this.#progress = progress;
    this.#db = db;
    this.#keys = new TableKeys(db, shape);
    this.#fetched = fetched;
    this.#origins = origins;
    this.#asOfMs = asOfMs;
    this.#isWhole = stage === 'verify' || stage === 'synced';
    const found = all(keyTerms(shape).map((term) => `${term} = ?`));
    this.#row = this.#db
      .prepare(`SELECT * FROM main.${quote(shape.name)} t WHERE ${found}`)
      .raw()
      .safeIntegers();
    this.#columns = this.#row.columns().map(({ name }) => name);
    this.#keyPlaces = shape.key.map(({ name }) => this.#columns.indexOf(name));
  }

  /** Rounds of the Delta Log have brought all changes up to that time; `isWhole`: behind all rows, so that what is not here is nowhere. */
  level(asOfMs: number, { isWhole }: { isWhole: boolean }): void {
    this.#asOfMs = Math.max(this.#asOfMs, asOfMs);
    this.#isWhole ||= isWhole;
    if (isWhole && !this.#progress.isPublished) this.#beginForcing();
  }

  /** What the rows that are here say was so at the lead then, or later. */
  get asOfMs(): number {
    return this.#asOfMs;
  }

  /** Resolves when what was begun to be forced to disk is there; rejects with the disk's error. To be awaited before `publish`. */
  get forced(): Promise<void> {
    return this.#forcing ?? Promise.resolve();
  }

  get isWhole(): boolean {
    return this.#isWhole;
  }

  find(key: RowKey): Known {
    return this.#progress.reading(
      () => this.#db,
      () => this.#find(key),
    );
  }

  /** On another thread: `publish` would keep readers waiting for all of it. */
  #beginForcing(): void {
    this.#forcing ??= forceFile(this.#db.name);
    this.#forcing.catch(() => undefined);
  }

  #find(asked: RowKey): Known {
    const { watermark } = this.#progress.checkpoint;
    const held = this.#keys.of(asked);
    if (!held) return { kind: 'foreign' };
    const { key, name, values } = held;
    const row = this.#row.get(...values) as RowValue[] | undefined;
    const fetched = this.#fetched.of(key);
    const known = {
      watermark: Math.max(watermark, fetched?.watermark ?? 0),
      asOfMs: Math.max(this.#asOfMs, fetched?.asOfMs ?? 0),
    };
    const by = () => this.#origins?.of(key);
    if (row) {
      const own = this.#keys.named(
        this.#keyPlaces.map((place) => row[place] ?? null),
        values,
      );
      return { kind: 'row', ...own, json: rowJson(this.#columns, row), by: by(), ...known };
    }
    // A row that was fetched may have given way to an older one that is unique where it was, until the next round.
    return this.#isWhole || fetched?.hasRow === false
      ? { kind: 'none', key, name, by: by(), ...known }
      : { kind: 'unknown', key, name };
  }
}
