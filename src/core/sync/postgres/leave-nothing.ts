import { parseTableName } from '../../store/postgres/sql.ts';
import type { AddReplicaOptions } from '../add-replica.ts';
import type { Sides } from './connect-servers.ts';

/** Takes away what a try has made, of both servers as much as can be reached. Where its hold of the joiner was lost nothing of another run's goes. */
export async function leaveNothing(
  { lead, joiner, hold }: Pick<Sides, 'lead' | 'joiner' | 'hold'>,
  { group, joiner: target, id }: Pick<AddReplicaOptions, 'group' | 'joiner'> & { id: string },
): Promise<void> {
  const table = parseTableName(group.table);
  await Promise.allSettled([
    lead.call('pg.capture.drop', { url: group.lead.store.path, id, hold }),
    joiner.call('pg.joiner.discard', { url: target.store.path, id, table }),
  ]);
}
