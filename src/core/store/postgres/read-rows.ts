import { ForesyncError } from '../../errors.ts';
import { formatBytes } from '../../format.ts';
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

/** Of the first keys of a list. */
export interface RowsOfKeys extends CopiedRows {
  keysRead: number;
}

/** Of one row, which is read by itself where it is larger than what is asked for at a time. */
export const maxRowBytes = 256 << 20;

/**
 * The rows of as many of the first keys as fit into `maxBytes`, of one at least, by one statement. Keys that are none of the table's types are as good as missing. Throws `data`,
 * `row-too-large`.
 */
export async function readRowsOfKeys(
  session: Session,
  from: { definition: TableDefinition; rowBytes: number },
  keys: Keys,
  maxBytes: number,
): Promise<RowsOfKeys> {
  try {
    return await readFirst(session, from, keys, maxBytes);
  } catch (error) {
    // A statement with one of them that is none fails as a whole.
    if (!isNoValue(error)) throw error;
    const valid = await valuesAmong(session, from.definition, keys);
    const read = await readFirst(session, from, valid, maxBytes);
    const isAll = read.keysRead === valid.length;
    return {
      ...read,
      keysRead: isAll ? keys.length : keys.indexOf(valid[read.keysRead - 1] as string[]) + 1,
    };
  }
}

async function readFirst(
  session: Session,
  { definition, rowBytes }: { definition: TableDefinition; rowBytes: number },
  keys: Keys,
  maxBytes: number,
): Promise<RowsOfKeys> {
  if (keys.length === 0) return { rows: 0, bytes: Buffer.alloc(0), keysRead: 0 };
  const list = columnList(carriedColumns(definition), 't.');
  for (let count = keys.length; ; count = Math.max(1, count >> 1)) {
    const some = keys.slice(0, count);
    const select = `SELECT ${list} FROM ${keysRelation(definition, some)} k JOIN ${ownRows(definition)} t ON ${keysEqual(definition, 'k', 't')}`;
    const isLarge = count === 1;
    const sizes = { expectedBytes: count * rowBytes * 2, maxBytes: isLarge ? maxRowBytes : maxBytes };
    const found = await copyRowsOut(session, definition, select, sizes);
    if (!('tooLarge' in found)) return { ...found, keysRead: count };
    if (isLarge) throw rowTooLarge();
  }
}

/** Those that are values of the key's types. */
async function valuesAmong(session: Session, definition: TableDefinition, keys: Keys): Promise<Keys> {
  try {
    await session.rows(`SELECT count(*) FROM ${keysRelation(definition, keys)} k`);
    return keys;
  } catch (error) {
    if (!isNoValue(error)) throw error;
    if (keys.length === 1) return [];
  }
  const middle = keys.length >> 1;
  return [
    ...(await valuesAmong(session, definition, keys.slice(0, middle))),
    ...(await valuesAmong(session, definition, keys.slice(middle))),
  ];
}

/** A row of PostgreSQL's may be a gigabyte; of one so large as this, foresync says so. */
export function rowTooLarge(): ForesyncError {
  return new ForesyncError(
    'data',
    'row-too-large',
    `A row is larger than ${formatBytes(maxRowBytes)}, which foresync does not carry.`,
  );
}

/** Classes of what the server says of a text that is no value of a type, as a domain's check may. */
function isNoValue(error: unknown): boolean {
  return error instanceof StatementError && (error.state.startsWith('22') || error.state === '23514');
}
