import { type CopiedRows, TooLarge } from './copy-queries.ts';
import { carriedColumns, copyFormat, type TableDefinition } from './definition.ts';
import { keysRelation } from './row-keys.ts';
import { type Session, StatementError } from './session.ts';
import { qualified } from './sql.ts';
import { columnList, keysEqual } from './table-sql.ts';

/** Rows of a range or of some keys; `tooLarge` where they are more than fits, with none of them. */
export type ReadRows = CopiedRows | { tooLarge: true };

type Keys = readonly (readonly string[])[];

/** The table as a relation that rows are read from: its partitions' rows are its own, those of tables that inherit are not. */
export function ownRows(definition: TableDefinition): string {
  return `${definition.partitionBy === undefined ? 'ONLY ' : ''}${qualified(definition)}`;
}

/** What a SELECT of the carried columns gives, as COPY has it. */
export async function copyRowsOut(
  session: Session,
  definition: TableDefinition,
  select: string,
  sizes: { expectedBytes: number; maxBytes: number },
): Promise<ReadRows> {
  try {
    return await session.copyOut(`COPY (${select}) TO STDOUT (FORMAT ${copyFormat(definition)})`, sizes);
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
  return halving(keys, async (some) => {
    const select = `SELECT ${list} FROM ${keysRelation(definition, some)} k JOIN ${ownRows(definition)} t ON ${keysEqual(definition, 'k', 't')}`;
    const sizes = { expectedBytes: some.length * rowBytes * 2, maxBytes };
    const read = await copyRowsOut(session, definition, select, sizes);
    if (!('tooLarge' in read)) return read;
    if (some.length === 1) throw new TooLarge(`A row is larger than ${maxBytes} bytes.`);
    return undefined;
  });
}

/** Halves what does not fit, or has a key among it that is none. */
async function halving(
  keys: Keys,
  read: (some: Keys) => Promise<CopiedRows | undefined>,
): Promise<CopiedRows[]> {
  if (keys.length === 0) return [];
  try {
    const found = await read(keys);
    if (found) return [found];
  } catch (error) {
    if (!(error instanceof StatementError) || !error.state.startsWith('22')) throw error;
    if (keys.length === 1) return [];
  }
  const middle = keys.length >> 1;
  return [...(await halving(keys.slice(0, middle), read)), ...(await halving(keys.slice(middle), read))];
}
