import { recordTables } from './joining-record.ts';
import type { Session } from './session.ts';

/** Up to where changes of other servers came with the donor's, by the donor's replication origins for them: ends of transactions, in WAL positions of theirs. */
export type OriginPositions = ReadonlyMap<string, number>;

/** In the caller's transaction: what is further than what is known. */
export async function noteOrigins(session: Session, id: string, origins: OriginPositions): Promise<void> {
  const { origins: table } = recordTables(id);
  for (const [name, at] of origins)
    await session.rows(
      `INSERT INTO ${table} AS o VALUES ($1, $2) ON CONFLICT (name) DO UPDATE SET at = greatest(o.at, excluded.at)`,
      [name, String(at)],
    );
}

export async function readOrigins(session: Session, id: string): Promise<Map<string, number>> {
  const rows = await session.rows(`SELECT name, at FROM ${recordTables(id).origins}`);
  return new Map(rows.map(([name, at]) => [name ?? '', Number(at)]));
}
