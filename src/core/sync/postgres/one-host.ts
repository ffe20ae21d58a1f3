import { hostLabel } from '../../group/host.ts';
import { parseTableName } from '../../store/postgres/sql.ts';
import type { AddReplicaOptions } from '../add-replica.ts';
import type { Sides } from './connect-servers.ts';

/**
 * Where both agents are at one host, the joiner's reaches the donor's server as the lead's does, and reads rows itself: then they are passed from one connection to another, and no
 * process stands between. Opens the donor there, and tells whether it is so.
 */
export async function readsDonorItself(
  { joiner, seed }: Sides,
  { group, joiner: target, id }: AddReplicaOptions & { id: string },
): Promise<boolean> {
  if (hostLabel(group.lead.host) !== hostLabel(target.host)) return false;
  const table = parseTableName(group.table);
  await joiner.call('pg.donor.open', { url: group.lead.store.path, table, seed, id });
  return true;
}
