import type { TableDefinition } from './definition.ts';
import type { Session } from './session.ts';
import { type KeyRange, rowHash, within } from './table-sql.ts';

/** How many rows there are, and the sum of their hashes. */
export interface RowsDigest {
  rows: number;
  sum: string;
}

/** Rows of a range on their way from a donor to a joiner. */
export interface ChunkRows {
  /** Runs a `COPY … FROM STDIN` with them. Tells how many there were, and of how many bytes. */
  copyInto(session: Session, sql: string): Promise<{ rows: number; bytes: number }>;
  /** Of the donor's rows, in the snapshot that they were read in. */
  digest(): Promise<RowsDigest>;
}

/** Rows that came with their digest. */
export function sentRows(messages: Buffer, digest: RowsDigest): ChunkRows {
  return {
    copyInto: async (session, sql) => ({
      rows: await session.copyInMessages(sql, messages),
      bytes: messages.length,
    }),
    digest: async () => digest,
  };
}

export async function digestOf(
  session: Session,
  { definition, table, seed }: { definition: TableDefinition; table: string; seed: string },
  range: KeyRange,
): Promise<RowsDigest> {
  const [rows, sum] = await session.row(
    `SELECT count(*), coalesce(sum(${rowHash(definition, seed)}), 0) FROM ${table} WHERE ${within(definition, range)}`,
  );
  return { rows: Number(rows), sum: sum ?? '' };
}
