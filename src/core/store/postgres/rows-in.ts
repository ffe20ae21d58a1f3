import type { Applier } from './apply.ts';
import type { ChunkRows, RowsDigest } from './chunk-rows.ts';
import { copyFormat, keyColumns, type TableDefinition } from './definition.ts';
import { recordTables } from './joining-record.ts';
import type { Lanes } from './lanes.ts';
import { keysRelation } from './row-keys.ts';
import type { Session } from './session.ts';
import type { Slices } from './slices.ts';
import { quoteTexts } from './sql.ts';
import { carriedList, columnList, type KeyRange, keysEqual, within } from './table-sql.ts';

/** The lane that changes are applied on, and whatever must not be between two of them. */
export const applyLane = 0;

/** What rows are written to. */
export interface Building {
  id: string;
  definition: TableDefinition;
  /** The table's name, quoted. */
  target: string;
  lanes: Lanes;
  applier: Applier;
  /** Where the joiner answers reads while it is built. */
  slices(): Slices | undefined;
  /** Of the rows that are stored. */
  digest(session: Session, range: KeyRange): Promise<RowsDigest>;
}

/** Writes rows that were read at a donor into the table that is built. */
export class RowsIn {
  readonly #building: Building;

  constructor(building: Building) {
    this.#building = building;
  }

  /**
   * Rows of a range in the place of all that is there of it, and that chunk `n` ends there; without `n` it is a part of one. `isProven`: what is there then is what the donor
   * had, by the hashes of both. The range is cleared and filled in one transaction, so both tell of the same rows.
   */
  async chunk(
    lane: number,
    n: number | undefined,
    range: KeyRange,
    source: ChunkRows,
  ): Promise<{ rows: number; rawBytes: number; isProven: boolean }> {
    const isSliced = this.#building.slices()?.isOpen ?? false;
    const session = await this.#building.lanes.session(isSliced ? applyLane : lane);
    const { chunks } = recordTables(this.#building.id);
    const inRange = within(this.#building.definition, range);
    const clear = `DELETE FROM ${this.#building.target} WHERE ${inRange}`;
    return this.#written(session, clear, async () => {
      if (this.#building.applier.missing)
        await session.rows(`DELETE FROM ${this.#building.applier.missing} WHERE ${inRange}`);
      const { rows, bytes } = await source.copyInto(session, this.#copyInto(this.#building.target));
      const [theirs, ours] = await bothDigests(source.digest(), this.#building.digest(session, range));
      if (n !== undefined) {
        const upto = range.to === undefined ? 'NULL' : quoteTexts(range.to);
        await session.rows(
          `INSERT INTO ${chunks} VALUES (${n}, ${upto}) ON CONFLICT (n) DO UPDATE SET upto = excluded.upto`,
        );
      }
      return { rows, rawBytes: bytes, isProven: theirs.rows === ours.rows && theirs.sum === ours.sum };
    });
  }

  /** Rows by key. `keep`: those that are there stay, for they are the same or newer; else they give way. */
  async put(rows: readonly Buffer[], { keep }: { keep: boolean }): Promise<number> {
    const session = await this.#building.lanes.session(applyLane);
    const columns = carriedList(this.#building.definition);
    let taken = 0;
    for (const some of rows)
      taken += await this.#written(session, '', async () => {
        const count = await session.copyInMessages(this.#copyInto('foresync_rows'), some);
        if (keep) {
          await this.#building.applier.notMissing();
          await session.rows(
            `INSERT INTO ${this.#building.target} (${columns}) SELECT ${columns} FROM foresync_rows ON CONFLICT (${columnList(keyColumns(this.#building.definition))}) DO NOTHING; DELETE FROM foresync_rows`,
          );
        } else await this.#building.applier.replaceRows();
        return count;
      });
    return taken;
  }

  /** Deletes rows that the donor does not have. */
  async remove(keys: readonly (readonly string[])[]): Promise<void> {
    if (keys.length === 0) return;
    const session = await this.#building.lanes.session(applyLane);
    await session.rows(
      `DELETE FROM ${this.#building.target} t USING ${keysRelation(this.#building.definition, keys)} k WHERE ${keysEqual(this.#building.definition, 't', 'k')}`,
    );
  }

  /** Within the slice that is open, or in a transaction of its own. */
  #written<T>(session: Session, first: string, work: () => Promise<T>): Promise<T> {
    if (!this.#building.slices()?.isOpen) return session.transaction(`BEGIN; ${first}`, work);
    return (first === '' ? Promise.resolve() : session.rows(first)).then(work);
  }

  #copyInto(table: string): string {
    return `COPY ${table} (${carriedList(this.#building.definition)}) FROM STDIN (FORMAT ${copyFormat(this.#building.definition)})`;
  }
}

/** Neither is left alone where the other fails: its connection is used again. */
async function bothDigests(theirs: Promise<RowsDigest>, ours: Promise<RowsDigest>) {
  await Promise.allSettled([theirs, ours]);
  return Promise.all([theirs, ours]);
}
