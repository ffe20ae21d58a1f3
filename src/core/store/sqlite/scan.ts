import { ForesyncError } from '../../errors.ts';
import { type Bindable, bindScanKey, type ScanKey } from './key-codec.ts';
import { all, quote } from './sql.ts';
import type { TableShape } from './table-shape.ts';

/** A range of the scan order: after `from`, up to and including `to`; an open end is undefined. */
export interface ScanRange {
  from?: ScanKey | undefined;
  to?: ScanKey | undefined;
}

/** Refuses places that no row of the table can have: they come from outside. */
export function refuseForeignPlaces(shape: TableShape, places: readonly (ScanKey | undefined)[]): void {
  for (const place of places) {
    if (place === undefined) continue;
    const [part] = place;
    const isOfTable =
      shape.rowid === undefined
        ? place.length === shape.key.length
        : place.length === 1 && part !== undefined && 'i' in part;
    if (!isOfTable) throw placeForeign('is none of the table');
  }
}

export function placeForeign(why: string): ForesyncError {
  return new ForesyncError('protocol', 'place-foreign', `A place that came ${why}.`);
}

/** SQL terms of the scan key, on the table's alias `t`. */
export function scanTerms(shape: TableShape): string[] {
  return shape.rowid === undefined
    ? shape.key.map(({ name }) => `t.${quote(name)}`)
    : [`t.${quote(shape.rowid)}`];
}

/** The same, to be compared and sorted by: a primary key's index may have another collation than its column, and the table is walked by the index. */
export function walkTerms(shape: TableShape): string[] {
  return shape.rowid === undefined ? keyTerms(shape) : scanTerms(shape);
}

/**
 * That the row `t` has the key `parts`. Keys are the same where the primary key's index says so, whose collation need
 * not be the column's.
 */
export function sameKey(shape: TableShape, parts: readonly string[]): string {
  return all(keyTerms(shape).map((term, i) => `${term} IS ${parts[i]}`));
}

/** SQL terms of the primary key, on the table's alias `t`, that compare as its index does. */
export function keyTerms(shape: TableShape): string[] {
  return shape.key.map(({ name, collation }) =>
    shape.rowidIsColumn ? `t.${quote(name)}` : `t.${quote(name)} COLLATE ${collation}`,
  );
}

/** A row value of terms, or the term itself where there is one. */
export function rowValue(terms: readonly string[]): string {
  return terms.length === 1 ? (terms[0] ?? '') : `(${terms.join(', ')})`;
}

/**
 * What a chunk carries of each row: the rowid where it is no column, so that the joiner gets the same one and both sides
 * can be walked in the same ranges, then the stored columns.
 */
export function carriedTerms(shape: TableShape): string[] {
  const columns = shape.columns.map(({ name }) => `t.${quote(name)}`);
  return shape.rowid !== undefined && !shape.rowidIsColumn
    ? [`t.${quote(shape.rowid)}`, ...columns]
    : columns;
}

/** The columns to insert into, side by side with `carriedTerms`. */
export function carriedColumns(shape: TableShape): string[] {
  const columns = shape.columns.map(({ name }) => quote(name));
  return shape.rowid !== undefined && !shape.rowidIsColumn ? [quote(shape.rowid), ...columns] : columns;
}

/** WHERE term and values that select a range. */
export function rangeCondition(shape: TableShape, range: ScanRange): { sql: string; values: Bindable[] } {
  const row = rowValue(walkTerms(shape));
  const conditions: string[] = [];
  const values: Bindable[] = [];
  for (const [operator, bound] of [
    ['>', range.from],
    ['<=', range.to],
  ] as const) {
    if (!bound) continue;
    const { terms, values: bindings } = bindScanKey(bound);
    conditions.push(`${row} ${operator} ${rowValue(terms)}`);
    values.push(...bindings);
  }
  return { sql: conditions.length > 0 ? conditions.join(' AND ') : 'TRUE', values };
}
