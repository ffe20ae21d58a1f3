import type { AgentClient } from '../../agent/client.ts';
import type { ReplicaGroup } from '../../group/config.ts';
import { parseTableName } from '../../store/postgres/sql.ts';
import type { Agents } from '../connect.ts';
import type { TakeAwayOptions, TakenAway } from '../take-away.ts';
import { captureIdOf } from './capture.ts';
import { leaderId } from './leaders.ts';

/**
 * Takes away what a run between PostgreSQL servers has left: slot and publication at the lead, the half-built table and its Delta Log at the joiner. A table in its
 * place stays, and so does the slot of one that was handed over. May be repeated.
 */
export async function takeAwayPostgres(agents: Agents, options: TakeAwayOptions): Promise<TakenAway> {
  const { group, joiner: target, dryRun } = options;
  const nothing: TakenAway = {
    capture: undefined,
    caches: [],
    staging: undefined,
    withdrawn: undefined,
    kept: undefined,
    slot: undefined,
    hasTable: false,
  };
  if (!target) return nothing;
  const id = captureIdOf(group, target);
  const table = parseTableName(group.table);
  const [url, joinerUrl] = [group.lead.store.path, target.store.path];
  const connecting = [
    agents.connect(group.lead.name, group.lead.host),
    agents.connect(target.name, target.host),
  ] as const;
  await Promise.allSettled(connecting);
  const [lead, joiner] = await Promise.all(connecting);
  const { left, hasTable, isSubscribed } = (
    await joiner.call('pg.joiner.look', { url: joinerUrl, id, table })
  ).result;
  const { slot } = (await lead.call('pg.capture.look', { url, id })).result;
  // A run may have died when its subscription was there, before or after its record told so.
  const isSubscribing = left?.stage === 'handed' || isSubscribed;
  // Where several lead, one that is handed over but not to all of them is taken back.
  const isHanded = isSubscribing && (group.otherLeaders.length === 0 || !left);
  const isPlaced = isSubscribing || left?.stage === 'placed';
  if (!dryRun) {
    await joiner.call('pg.joiner.discard', { url: joinerUrl, id, table });
    // Also where there is no slot any more: its publication may be.
    if (!isHanded) {
      await leaveLeaders(agents, lead, group, id);
      await lead.call('pg.capture.drop', { url, id });
    }
  }
  return {
    ...nothing,
    slot:
      slot && !isHanded
        ? { donor: lead.name, name: `foresync_${id}`, retainedBytes: slot.retainedBytes }
        : undefined,
    staging: left && !isPlaced ? { joiner: target.name, path: `foresync_building_${id}` } : undefined,
    hasTable: hasTable && isPlaced,
  };
}

/** What the run has made at leaders beside the lead's slot. */
async function leaveLeaders(
  agents: Agents,
  lead: AgentClient,
  group: ReplicaGroup,
  id: string,
): Promise<void> {
  if (group.otherLeaders.length === 0) return;
  await lead.call('pg.leader.leave', { url: group.lead.store.path, id });
  for (const { name, host, store } of group.otherLeaders) {
    const leader = await agents.connect(name, host);
    const there = { url: store.path, id: leaderId(id, name) };
    await leader.call('pg.leader.leave', there);
    await leader.call('pg.capture.drop', there);
  }
}
