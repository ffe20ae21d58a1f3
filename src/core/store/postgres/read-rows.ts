import { type CopiedRows, TooLarge } from './copy-queries.ts';
import { carriedColumns, copyFormat, type TableDefinition } from './definition.ts';
import { keysRelation } from './row-keys.ts';
import { type Session, StatementError } from './session.ts';
import { qualified } from './sql.ts';
import { columnList, keysEqual } from './table-sql.ts';

/** Rows of a range or of some keys; `tooLarge` where they are more than fits, with none of them. */
type ReadRows = CopiedRows | { tooLarge: true };

type Keys = readonly (readonly string[])[];

/** The table as a relation that rows are read from: its partitions' rows are its own, those of tables that inherit are not. */
export function ownRows(definition: TableDefinition): string {
  return `${definition.partitionBy === undefined ? 'ONLY ' : ''}${qualified(definition)}`;
}

/** The statement that gives what a SELECT of the carried columns does. */
export function copyOutOf(definition: TableDefinition, select: string): string {
  return `COPY (${select}) TO STDOUT (FORMAT ${copyFormat(definition)})`;
}

/** What a SELECT of the carried columns gives, as COPY has it. */
export async function copyRowsOut(
  session: Session,
  definition: TableDefinition,
  select: string,
  sizes: { expectedBytes: number; maxBytes: number },
): Promise<ReadRows> {
  try {
    return await session.copyOut(copyOutOf(definition, select), sizes);
  } catch (error) {
    if (error instanceof TooLarge) return { tooLarge: true };
    throw error;
  }
}

/**
 * The rows of keys, in as many parts as it takes for each to be under `maxBytes`. Keys that are none of the table's types are as good as missing. Each part is one
 * statement. Throws `TooLarge` where one row is larger.
 */
export async function readRowsOfKeys(
  session: Session,
  { definition, rowBytes }: { definition: TableDefinition; rowBytes: number },
  keys: Keys,
  maxBytes: number,
): Promise<CopiedRows[]> {
  const list = columnList(carriedColumns(definition), 't.');
  const read = async (some: Keys): Promise<CopiedRows[]> => {
    if (some.length === 0) return [];
    const select = `SELECT ${list} FROM ${keysRelation(definition, some)} k JOIN ${ownRows(definition)} t ON ${keysEqual(definition, 'k', 't')}`;
    const sizes = { expectedBytes: some.length * rowBytes * 2, maxBytes };
    const found = await copyRowsOut(session, definition, select, sizes);
    if (!('tooLarge' in found)) return [found];
    if (some.length === 1) throw new TooLarge(`A row is larger than ${maxBytes} bytes.`);
    return halved(some, read);
  };
  try {
    return await read(keys);
  } catch (error) {
    // A statement with one of them that is none fails as a whole.
    if (!isNoValue(error)) throw error;
    return read(await valuesAmong(session, definition, keys));
  }
}

/** Those that are values of the key's types. */
async function valuesAmong(session: Session, definition: TableDefinition, keys: Keys): Promise<string[][]> {
  const valid = async (some: Keys): Promise<string[][]> => {
    try {
      await session.rows(`SELECT count(*) FROM ${keysRelation(definition, some)} k`);
      return some.map((key) => [...key]);
    } catch (error) {
      if (!isNoValue(error)) throw error;
      return some.length === 1 ? [] : halved(some, valid);
    }
  };
  return valid(keys);
}

async function halved<T>(keys: Keys, work: (some: Keys) => Promise<T[]>): Promise<T[]> {
  const middle = keys.length >> 1;
  return [...(await work(keys.slice(0, middle))), ...(await work(keys.slice(middle)))];
}

/** Classes of what the server says of a text that is no value of a type, as a domain's check may. */
function isNoValue(error: unknown): boolean {
  return error instanceof StatementError && (error.state.startsWith('22') || error.state === '23514');
}
