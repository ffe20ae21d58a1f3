import { parseTableName } from '../../store/postgres/sql.ts';
import type { AddReplicaOptions, AddReplicaResult } from '../add-replica.ts';
import type { Emit } from '../events.ts';
import { slotGone } from './capture.ts';
import type { Sides } from './connect-servers.ts';

/** Has a joiner whose table is in its place subscribe to the lead, where that is asked for, and takes away all else. Each step is looked for before it is done. */
export async function handOverAlone(
  { lead, joiner, hold, isSubscribed }: Sides,
  there: AddReplicaResult,
  { group, joiner: target, handOver, id, emit }: AddReplicaOptions & { id: string; emit: Emit },
): Promise<void> {
  const url = target.store.path;
  const donor = { url: group.lead.store.path, id };
  if (handOver?.kind === 'subscription') {
    const { result } = await lead.call('pg.capture.look', donor);
    if (!result.slot) throw slotGone();
    const { conninfo } = handOver;
    // Before: whoever finds the slot must know that it is not left behind.
    const purpose = { use: 'subscription', group: group.name, joiner: target.name, hold } as const;
    await lead.call('pg.slots.note', { ...donor, purpose });
    const { result: handed } = await joiner.call('pg.joiner.hand-over', {
      ...{ url, id, conninfo, confirmedTo: result.slot.confirmedTo },
    });
    const text = `The subscription ${handed.subscription} goes on from here; its slot and publication at ${group.lead.name} have the same name.`;
    emit({ type: 'note', level: 'info', text });
  }
  emit({ type: 'in-sync', ...there });
  // An earlier run may have had it subscribe, and died.
  if (handOver?.kind !== 'subscription' && !isSubscribed)
    await lead.call('pg.capture.drop', { ...donor, hold });
  await joiner.call('pg.joiner.forget', { url, id });
  const { use } = (await joiner.call('pg.buffers', { url, table: parseTableName(group.table) })).result;
  if (use) emit({ type: 'buffers', ...use });
}
