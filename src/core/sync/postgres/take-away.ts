import type { AgentClient } from '../../agent/client.ts';
import type { Result } from '../../agent/protocol.ts';
import { systemWait } from '../../clock.ts';
import { ForesyncError, messageOf } from '../../errors.ts';
import type { ReplicaGroup } from '../../group/config.ts';
import { captureName } from '../../store/postgres/capture.ts';
import { parseTableName } from '../../store/postgres/sql.ts';
import type { Agents } from '../connect.ts';
import type { JoinerSpec } from '../refusals.ts';
import type { TakeAwayOptions, TakenAway } from '../take-away.ts';
import { captureIdOf } from './capture.ts';
import { leaderId } from './leaders.ts';
import { slotInUse } from './slots.ts';

const pollMs = 200;
const mostWaitMs = 10_000;

/** What of a joiner is to be known; `reason`: why it could not be asked, or not be cleaned. */
interface JoinerSide {
  left?: Result<'pg.joiner.look'>['left'];
  hasTable: boolean;
  isSubscribed: boolean;
  reason?: string;
}

/**
 * Takes away what a run between PostgreSQL servers has left: slot and publication at the lead, the half-built table and its Delta Log at the joiner. A table in its
 * place stays, and so does the slot of one that was handed over. A joiner that cannot be asked, or cleaned, keeps nothing at the lead but the slot of a subscription; then what is there
 * stays, and is told. Refuses a joiner that another run builds (`joiner-busy`), and a slot that somebody reads where that cannot be known (`slot-in-use`). May be repeated.
 */
export async function takeAwayPostgres(agents: Agents, options: TakeAwayOptions): Promise<TakenAway> {
  const { group, joiner: target, dryRun, signal } = options;
  const nothing: TakenAway = {
    ...{ capture: undefined, caches: [], staging: undefined, withdrawn: undefined, kept: undefined },
    ...{ slot: undefined, stays: undefined, unsynced: undefined, hasTable: false },
  };
  if (!target) return nothing;
  const id = captureIdOf(group, target);
  const url = group.lead.store.path;
  const connecting = agents.connect(target.name, target.host);
  connecting.catch(() => undefined);
  const lead = await agents.connect(group.lead.name, group.lead.host);
  const { left, hasTable, isSubscribed, reason } = await leaveJoiner(connecting, id, options, target);
  const { slot } = (await lead.call('pg.capture.look', { url, id })).result;
  // A run may have died when its subscription was there, before or after its record told so.
  const isSubscribing = left?.stage === 'handed' || isSubscribed;
  // Where several lead, one that is handed over but not to all of them is taken back.
  const isHanded = isSubscribing && (group.otherLeaders.length === 0 || !left);
  const isPlaced = isSubscribing || left?.stage === 'placed';
  const isKept = reason === undefined ? isHanded : isHanded || (await isForSubscription(lead, url, id));
  // Also where there is no slot any more: its publication may be.
  if (!dryRun && !isKept) {
    if (reason !== undefined) await waitUntilFree(lead, { url, id }, signal);
    await leaveLeaders(agents, lead, group, id);
    await lead.call('pg.capture.drop', { url, id });
  }
  return {
    ...nothing,
    slot:
      slot && !isKept
        ? { donor: lead.name, name: captureName(id), retainedBytes: slot.retainedBytes }
        : undefined,
    staging:
      left && !isPlaced && reason === undefined
        ? { joiner: target.name, path: `foresync_building_${id}` }
        : undefined,
    stays:
      reason === undefined
        ? undefined
        : { joiner: target.name, reason, ...(isKept && slot && { slot: captureName(id) }) },
    unsynced: hasTable && isPlaced && !isHanded ? { joiner: target.name, table: group.table } : undefined,
    hasTable: hasTable && isPlaced,
  };
}

/** Holds the joiner, so that no run lives that builds it, and takes away what is there. */
async function leaveJoiner(
  connecting: Promise<AgentClient>,
  id: string,
  { group, dryRun, signal }: TakeAwayOptions,
  target: JoinerSpec,
): Promise<JoinerSide> {
  let seen: JoinerSide = { hasTable: false, isSubscribed: false };
  const place = { url: target.store.path, id };
  const table = parseTableName(group.table);
  try {
    const joiner = await connecting;
    if (!dryRun) await joiner.call('pg.joiner.hold', place);
    seen = (await joiner.call('pg.joiner.look', { ...place, table })).result;
    if (!dryRun) await joiner.call('pg.joiner.discard', { ...place, table });
    return seen;
  } catch (error) {
    signal.throwIfAborted();
    if (!(error instanceof ForesyncError) || error.code === 'joiner-busy' || error.kind === 'defect')
      throw error;
    return { ...seen, reason: messageOf(error) };
  }
}

async function isForSubscription(lead: AgentClient, url: string, id: string): Promise<boolean> {
  const { slots } = (await lead.call('pg.slots.list', { url })).result;
  return slots.some(({ name, purpose }) => name === captureName(id) && purpose?.use === 'subscription');
}

/** The server may not have noticed yet that a run's process is gone. */
async function waitUntilFree(
  lead: AgentClient,
  capture: { url: string; id: string },
  signal: AbortSignal,
): Promise<void> {
  for (let waitedMs = 0; ; waitedMs += pollMs) {
    const { slot } = (await lead.call('pg.capture.look', capture)).result;
    if (!slot?.isActive) return;
    if (waitedMs >= mostWaitMs) throw slotInUse(captureName(capture.id));
    await systemWait(pollMs, signal);
    signal.throwIfAborted();
  }
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
