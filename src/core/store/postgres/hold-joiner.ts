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
  { id, definition, keyOrder }: Pick<OpenJoinerOptions, 'id' | 'definition' | 'keyOrder'>,
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
