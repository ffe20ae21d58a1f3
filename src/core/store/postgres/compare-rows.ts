import { keyColumns, type TableDefinition } from './definition.ts';
import { keysRelation } from './row-keys.ts';
import type { Session } from './session.ts';
import { quoteName } from './sql.ts';
import { columnList, type KeyRange, keysEqual, keyTextList, rowHash, within } from './table-sql.ts';

/** Rows by their keys, as texts. */
export interface Keys {
  keys: readonly (readonly string[])[];
}

/**
 * Keys of a range, or of those that are named, whose rows are not those of the donor's list: lines of keys with hashes, as COPY has them. At most a hundred
 * thousand.
 */
export async function differingKeys(
  session: Session,
  { definition, target, seed }: { definition: TableDefinition; target: string; seed: string },
  of: KeyRange | Keys,
  lines: Buffer,
): Promise<string[][]> {
  const columns = keyColumns(definition);
  return session.transaction('BEGIN', async () => {
    const declared = columns.map(
      ({ name, type, collation }) => `${quoteName(name)} ${type}${collation ? ` COLLATE ${collation}` : ''}`,
    );
    await session.rows(
      `CREATE TEMPORARY TABLE foresync_theirs (${declared.join(', ')}, foresync_hash int8) ON COMMIT DROP`,
    );
    await session.copyInMessages('COPY foresync_theirs FROM STDIN', lines);
    await session.rows(`CREATE INDEX ON foresync_theirs (${columnList(columns)})`);
    const own =
      'keys' in of
        ? `${keysRelation(definition, of.keys)} k JOIN ${target} t ON ${keysEqual(definition, 'k', 't')}`
        : `${target} t WHERE ${within(definition, of)}`;
    const keyList = columns.map(({ name }) => `t.${quoteName(name)}`).join(', ');
    const found = await session.rows(
      `SELECT ${keyTextList(definition)} FROM foresync_theirs FULL JOIN (SELECT ${keyList}, ${rowHash(definition, seed, 't.')} AS foresync_own FROM ${own}) ours
          USING (${columnList(columns)}) WHERE foresync_hash IS DISTINCT FROM foresync_own LIMIT 100000`,
    );
    return found as string[][];
  });
}
