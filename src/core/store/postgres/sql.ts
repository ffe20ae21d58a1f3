import { ForesyncError } from '../../errors.ts';
import { printable } from '../../text.ts';

/** A table by its two names, unquoted. */
export interface TableName {
  schema: string;
  name: string;
}

/** An identifier, quoted whatever it is. */
export function quoteName(name: string): string {
  if (name === '' || name.includes('\0')) throw new TypeError('an identifier is empty or has a NUL in it');
  return `"${name.replaceAll('"', '""')}"`;
}

/** A string constant that means the same whatever standard_conforming_strings is. */
export function quoteText(text: string): string {
  if (text.includes('\0')) throw new TypeError('a text has a NUL in it');
  const doubled = text.replaceAll("'", "''");
  return text.includes('\\') ? `E'${doubled.replaceAll('\\', '\\\\')}'` : `'${doubled}'`;
}

export function qualified({ schema, name }: TableName): string {
  return `${quoteName(schema)}.${quoteName(name)}`;
}

/** An array of texts as a constant, NULLs left NULL. */
export function quoteTexts(texts: readonly (string | null)[]): string {
  return `ARRAY[${texts.map((text) => (text === null ? 'NULL' : quoteText(text))).join(',')}]::pg_catalog.text[]`;
}

const maxNameBytes = 63;

const part = /(?:"((?:[^"\0]|"")+)"|([^\s".\0]+))/y;

/**
 * `name`, `schema.name` or either in double quotes, as SQL has them: without quotes letters become small. Without a schema it is `public`.
 * Throws `config`, `table-name`.
 */
export function parseTableName(text: string): TableName {
  const names: string[] = [];
  part.lastIndex = 0;
  for (;;) {
    const match = part.exec(text);
    if (!match) throw notATable(text);
    names.push(match[1]?.replaceAll('""', '"') ?? (match[2] ?? '').toLowerCase());
    if (part.lastIndex === text.length) break;
    if (text[part.lastIndex] !== '.') throw notATable(text);
    part.lastIndex += 1;
  }
  const [first = '', second, ...more] = names;
  // PostgreSQL would cut it off, and find another one.
  if (more.length > 0 || names.some((name) => Buffer.byteLength(name) > maxNameBytes)) throw notATable(text);
  return second === undefined ? { schema: 'public', name: first } : { schema: first, name: second };
}

function notATable(text: string): ForesyncError {
  return new ForesyncError('config', 'table-name', `'${printable(text)}' is no name of a PostgreSQL table.`, {
    hint: 'Write table: name, or schema.name; names with capitals, dots or blanks in double quotes. A name has 63 bytes at most.',
  });
}
