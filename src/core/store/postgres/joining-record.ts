import { ForesyncError } from '../../errors.ts';
import type { TableDefinition } from './definition.ts';
import { type Session, StatementError } from './session.ts';
import { quoteName } from './sql.ts';

/** How far a joiner is: `placed` where the table is in its place, proven equal, and `handed` where a subscription is on it. */
export const joiningStages = ['hot', 'snapshot', 'delta', 'verify', 'placed', 'handed'] as const;
export type JoiningStage = (typeof joiningStages)[number];

/** A run's checkpoint. It lies at the joiner's server, so that it is in the transaction that applies. */
export interface JoiningRecord {
  stage: JoiningStage;
  definition: TableDefinition;
  /** Of the donor: WAL positions mean something there alone. */
  systemId: string;
  timeline: number;
  /** All that was committed before it lies in the spool, or was applied. */
  spooledTo: number;
  appliedSeq: number;
  /** All that was committed before it was applied; the end of a transaction. */
  appliedTo: number;
}

/** Names of what a run keeps at the joiner's server. What was spooled has a table of its own, for it is written while changes are applied. */
export function recordTables(id: string) {
  const table = (kind: string) => `foresync.${quoteName(`${kind}_${id}`)}`;
  return {
    joining: 'foresync.joining',
    spooled: 'foresync.spooled',
    chunks: table('chunks'),
    spool: table('spool'),
    refetch: table('refetch'),
    origins: table('origins'),
  };
}

export async function readRecord(session: Session, id: string): Promise<JoiningRecord | undefined> {
  const [there] = await session.row("SELECT to_regclass('foresync.joining') IS NOT NULL");
  if (there !== 't') return undefined;
  const [row] = await session.rows(
    `SELECT stage, definition, system_id, timeline, s.spooled_to, applied_seq, applied_to FROM foresync.joining JOIN foresync.spooled s USING (id) WHERE id = $1`,
    [id],
  );
  if (!row) return undefined;
  const [stage, definition, systemId, timeline, spooledTo, appliedSeq, appliedTo] = row as string[];
  return {
    stage: stage as JoiningStage,
    definition: JSON.parse(definition ?? '{}') as TableDefinition,
    systemId: systemId ?? '',
    timeline: Number(timeline),
    spooledTo: Number(spooledTo),
    appliedSeq: Number(appliedSeq),
    appliedTo: Number(appliedTo),
  };
}

/** Tables of all runs at a server, and those of one. A run that was killed is gone on with by a later foresync, which must know them. */
export function recordStatements(id: string): { shared: string; own: string } {
  const { joining, spooled, chunks, spool, refetch, origins } = recordTables(id);
  return {
    shared: `CREATE SCHEMA IF NOT EXISTS foresync;
      CREATE TABLE IF NOT EXISTS ${joining} (id text PRIMARY KEY, stage text NOT NULL, definition text NOT NULL, system_id text NOT NULL,
        timeline int8 NOT NULL, applied_seq int8 NOT NULL, applied_to int8 NOT NULL);
      CREATE TABLE IF NOT EXISTS ${spooled} (id text PRIMARY KEY, spooled_to int8 NOT NULL)`,
    own: `CREATE TABLE ${chunks} (n int8 PRIMARY KEY, upto text[]);
      CREATE TABLE ${spool} (seq int8 GENERATED ALWAYS AS IDENTITY PRIMARY KEY, whole bool NOT NULL, data bytea NOT NULL);
      ALTER TABLE ${spool} ALTER data SET STORAGE EXTERNAL;
      CREATE TABLE ${refetch} (key text[] NOT NULL);
      CREATE TABLE ${origins} (name text PRIMARY KEY, at int8 NOT NULL)`,
  };
}

/** Begins a record anew, in the caller's transaction; what another one of this id left is gone. */
export async function createRecord(session: Session, id: string, record: JoiningRecord): Promise<void> {
  const { joining, spooled, chunks, spool, refetch, origins } = recordTables(id);
  const { shared, own } = recordStatements(id);
  try {
    await session.rows(shared);
  } catch (error) {
    if (!(error instanceof StatementError) || error.kind !== 'permission') throw error;
    throw new ForesyncError(
      'permission',
      'no-create',
      `The joiner's login may not make a schema. ${error.message}`,
      {
        hint: 'GRANT CREATE ON DATABASE … to it: the checkpoint and the Delta Log lie in a schema foresync until the run is over.',
        cause: error,
      },
    );
  }
  await session.rows(`DROP TABLE IF EXISTS ${chunks}, ${spool}, ${refetch}, ${origins}; ${own}`);
  const { stage, definition, systemId, timeline, spooledTo, appliedSeq, appliedTo } = record;
  await session.rows(`DELETE FROM ${joining} WHERE id = $1`, [id]);
  await session.rows(`DELETE FROM ${spooled} WHERE id = $1`, [id]);
  await session.rows(`INSERT INTO ${joining} VALUES ($1, $2, $3, $4, $5, $6, $7)`, [
    ...[id, stage, JSON.stringify(definition), systemId],
    ...[timeline, appliedSeq, appliedTo].map(String),
  ]);
  await session.rows(`INSERT INTO ${spooled} VALUES ($1, $2)`, [id, String(spooledTo)]);
}

export async function setStage(session: Session, id: string, stage: JoiningStage): Promise<void> {
  await session.rows('UPDATE foresync.joining SET stage = $2 WHERE id = $1', [id, stage]);
}

/** Takes away all that a run keeps, and the schema with the last of them. May be called again. */
export async function dropRecord(session: Session, id: string): Promise<void> {
  const { chunks, spool, refetch, origins } = recordTables(id);
  await session.rows(`DROP TABLE IF EXISTS ${chunks}, ${spool}, ${refetch}, ${origins}`);
  const [there] = await session.row("SELECT to_regclass('foresync.joining') IS NOT NULL");
  if (there !== 't') return;
  await session.rows('DELETE FROM foresync.joining WHERE id = $1', [id]);
  await session.rows('DELETE FROM foresync.spooled WHERE id = $1', [id]);
  await session.rows(`DO $$ BEGIN
    IF NOT EXISTS (SELECT FROM foresync.joining) THEN
      DROP TABLE foresync.joining, foresync.spooled;
      IF NOT EXISTS (SELECT FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname = 'foresync') THEN
        DROP SCHEMA foresync;
      END IF;
    END IF;
  END $$`);
}
