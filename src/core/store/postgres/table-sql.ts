import { type ColumnDefinition, carriedColumns, keyColumns, type TableDefinition } from './definition.ts';
import { quoteName, quoteText } from './sql.ts';

/** A key's values as texts, in the order of its columns. */
export type KeyTexts = readonly string[];

/** Keys past `after` up to and with `to`; either may be left out. */
export interface KeyRange {
  after?: KeyTexts | undefined;
  to?: KeyTexts | undefined;
}

export function columnList(columns: readonly ColumnDefinition[], prefix = ''): string {
  return columns.map(({ name }) => `${prefix}${quoteName(name)}`).join(', ');
}

/** All columns that travel, by name, in their order. */
export function carriedList(definition: TableDefinition): string {
  return columnList(carriedColumns(definition));
}

/** The key's columns as texts. */
export function keyTextList(definition: TableDefinition, prefix = ''): string {
  return keyColumns(definition)
    .map(({ name }) => `${prefix}${quoteName(name)}::pg_catalog.text`)
    .join(', ');
}

/** A condition that an index on the key walks, whatever its columns are. */
export function within(definition: TableDefinition, { after, to }: KeyRange): string {
  const conditions = [after && compared(definition, '>', after), to && compared(definition, '<=', to)];
  return conditions.filter((one) => one !== undefined).join(' AND ') || 'true';
}

function compared(definition: TableDefinition, operator: '>' | '<=', key: KeyTexts): string {
  const columns = keyColumns(definition);
  if (key.length !== columns.length) throw new RangeError('a key has another number of columns');
  const values = columns.map(({ bareType }, index) => `${quoteText(key[index] as string)}::${bareType}`);
  return `(${columnList(columns)}) ${operator} (${values.join(', ')})`;
}

/** A row's hash, by the bits of its values and not by what its types call equal; `seed` is a 64-bit integer. */
export function rowHash(definition: TableDefinition, seed: string, prefix = ''): string {
  const values = carriedColumns(definition).map(({ name, send, isBinary, isExact }) => {
    const column = `${prefix}${quoteName(name)}`;
    return isExact ? column : `${send}(${isBinary ? column : `${column}::pg_catalog.text`})`;
  });
  return `pg_catalog.hash_record_extended(ROW(${values.join(', ')}), ${quoteText(seed)}::pg_catalog.int8)`;
}

/** Joins two relations on the key. */
export function keysEqual(definition: TableDefinition, left: string, right: string): string {
  return keyColumns(definition)
    .map(({ name }) => `${left}.${quoteName(name)} = ${right}.${quoteName(name)}`)
    .join(' AND ');
}
