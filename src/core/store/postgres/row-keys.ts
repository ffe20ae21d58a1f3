import type { RowKey, RowKeyPart } from '../../row-key.ts';
import { keyColumns, type TableDefinition } from './definition.ts';
import { quoteName, quoteTexts } from './sql.ts';

/** A planned key as texts, one a column; undefined where it cannot be one of the table, for it has another number of columns. */
export function keyTexts(key: RowKey, columns: number): string[] | undefined {
  const parts = Array.isArray(key) ? key : [key];
  if (parts.length !== columns) return undefined;
  const texts = parts.map(partText);
  return texts.some((text) => text.includes('\0')) ? undefined : texts;
}

function partText(part: RowKeyPart): string {
  if (typeof part === 'string') return part;
  if (typeof part === 'number') return String(part);
  return 'int' in part ? part.int : `\\x${Buffer.from(part.base64, 'base64').toString('hex')}`;
}

/** A relation of keys, each once, with the key's columns by their names and types. A text that is none of a type fails it. */
export function keysRelation(definition: TableDefinition, keys: readonly (readonly string[])[]): string {
  const columns = keyColumns(definition);
  const lists = columns.map((_, place) => `unnest(${quoteTexts(keys.map((key) => key[place] as string))})`);
  const names = columns.map((_, place) => `k${place}`);
  const cast = columns.map(({ name, bareType }, place) => `k${place}::${bareType} AS ${quoteName(name)}`);
  return `(SELECT DISTINCT ${cast.join(', ')} FROM ROWS FROM (${lists.join(', ')}) AS texts(${names.join(', ')}))`;
}
