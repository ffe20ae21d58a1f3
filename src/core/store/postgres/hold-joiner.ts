import { ForesyncError } from '../../errors.ts';
import { printable } from '../../text.ts';
import type { TableDefinition } from './definition.ts';
import { createRecord, type JoiningRecord } from './joining-record.ts';
import { keyOrderOf } from './key-order.ts';
import type { Session } from './session.ts';
import { qualified } from './sql.ts';
import { dropServing } from './sql-serving.ts';
import { buildingNames, createTable, rehearse } from './target-table.ts';

export interface OpenJoinerOptions {
  id: string;
  definition: TableDefinition;
  keyOrder: string;
  systemId: string;
  timeline: number;
  /** Where the slot begins; a joiner that has less than the slot can still give must begin anew. */
  captureFrom: number;
  seed: string;
  /** Nothing that was there is gone on with. */
  anew: boolean;
  /** Others are to subscribe to the table: what is applied to it must be told apart from what is written there. */
  isLeader: boolean;
}

/** How long a process that holds the joiner may take to be noticed as dead. */
const holderGoneMs = 15_000;

/**
 * Two locks: one for as long as a process has the joiner, and one that each of its connections has a share of, so that none of an earlier process writes any
 * more. Throws `joiner-busy`.
 */
export async function holdAlone(owner: Session, id: string): Promise<void> {
  for (const which of ['0', '1']) {
    await owner.rows(`SET lock_timeout = ${holderGoneMs}`);
    try {
      await owner.rows('SELECT pg_advisory_lock(hashtextextended($1, $2::int8))', [id, which]);
    } catch (error) {
      if (!(error instanceof ForesyncError) || error.code !== 'postgres-55P03') throw error;
      throw new ForesyncError('exists', 'joiner-busy', 'Another run builds this joiner just now.', {
        cause: error,
      });
    }
  }
  await owner.rows('SET lock_timeout = 0');
}

/** From now on connections of this process may have their share. */
export async function letIn(owner: Session, id: string): Promise<void> {
  await owner.rows('SELECT pg_advisory_unlock(hashtextextended($1, 1))', [id]);
}

export async function joinIn(session: Session, id: string): Promise<void> {
  await session.rows('SELECT pg_advisory_lock_shared(hashtextextended($1, 1))', [id]);
}

/** Whether what an earlier run left can be gone on with. */
export function fits(
  left: JoiningRecord,
  { definition, systemId, timeline, captureFrom, anew }: OpenJoinerOptions,
): boolean {
  return (
    !anew &&
    left.systemId === systemId &&
    left.timeline === timeline &&
    left.spooledTo >= captureFrom &&
    (left.stage === 'placed' ||
      left.stage === 'handed' ||
      JSON.stringify(left.definition) === JSON.stringify(definition))
  );
}

export async function beginAnew(owner: Session, options: OpenJoinerOptions): Promise<JoiningRecord> {
  const { id, definition, systemId, timeline, captureFrom } = options;
  const record: JoiningRecord = {
    ...{ stage: 'hot', definition, systemId, timeline },
    ...{ spooledTo: captureFrom, appliedSeq: 0, appliedTo: captureFrom },
  };
  await rehearse(owner, definition, id);
  await owner.transaction('BEGIN', async () => {
    await dropServing(owner, id);
    await createTable(owner, definition, id);
    await createRecord(owner, id, record);
  });
  return record;
}

export async function checkOrder(
  owner: Session,
  { id, definition, keyOrder }: OpenJoinerOptions,
): Promise<void> {
  const own = await keyOrderOf(owner, definition, qualified(buildingNames(definition, id).table));
  if (own === keyOrder) return;
  throw new ForesyncError(
    'config',
    'collation-differs',
    `The two servers sort the key in other ways: ${printable(keyOrder)} and ${printable(own)}.`,
    {
      hint: 'Make the joiner a database with the locale of the donor, at a host with the same version of it.',
    },
  );
}
