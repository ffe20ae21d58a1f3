import { hash } from 'node:crypto';
import type { AgentClient } from '../../agent/client.ts';
import type { Result } from '../../agent/protocol.ts';
import { ForesyncError } from '../../errors.ts';
import type { Replica } from '../../group/config.ts';
import { captureName } from '../../store/postgres/capture.ts';
import { carriedColumns, type TableDefinition } from '../../store/postgres/definition.ts';
import { parseTableName, qualified } from '../../store/postgres/sql.ts';
import { printable } from '../../text.ts';
import type { AddReplicaOptions } from '../add-replica.ts';
import type { Agents } from '../connect.ts';
import type { Emit } from '../events.ts';
import type { Sides } from './connect-servers.ts';

export type Feed = Result<'pg.leader.look'>['feeds'][number];

/** A replica that applications write at. */
export interface Leader {
  name: string;
  agent: AgentClient;
  url: string;
  /** Of what is made for the joiner there, and at the joiner for it. */
  id: string;
  /** How the joiner's server reaches it. */
  conninfo: string;
}

/** Another leader than the lead, and what brings its changes to the lead. */
export interface OtherLeader extends Leader {
  feed: Feed;
}

/** A group in which several replicas are written at; the joiner is to be one of them. */
export interface Leaders {
  lead: Leader;
  others: OtherLeader[];
  /** How the leaders' servers reach the joiner's. */
  joinerConninfo: string;
}

export function leaderId(id: string, name: string): string {
  return `${id}_${hash('sha256', name, 'hex').slice(0, 6)}`;
}

/**
 * Connects the other leaders' agents and has all servers looked at, which changes nothing there. Undefined where one replica leads, or the joiner is to be left as it is.
 * Refuses by name where a leader cannot be joined, or what the lead has of it cannot be told.
 */
export async function connectLeaders(
  { lead, joiner, table, left }: Sides,
  options: AddReplicaOptions & { id: string; emit: Emit },
  agents: Agents,
): Promise<Leaders | undefined> {
  const { group, handOver, joiner: target, id, emit } = options;
  if (handOver?.kind !== 'subscription' || !handOver.among) return undefined;
  const { among } = handOver;
  const name = parseTableName(group.table);
  const slots = 1 + group.otherLeaders.length;
  const look = async (agent: AgentClient, url: string, own: string) =>
    (await agent.call('pg.leader.look', { url, table: name, id: own, slots })).result;
  const connecting = group.otherLeaders.map(({ name: one, host }) => agents.connect(one, host));
  await Promise.allSettled(connecting);
  const clients = await Promise.all(connecting);
  const atLead = await look(lead, group.lead.store.path, id);
  const others: OtherLeader[] = [];
  for (const [place, replica] of group.otherLeaders.entries()) {
    const agent = clients[place] as AgentClient;
    const [url, own] = [replica.store.path, leaderId(id, replica.name)];
    const { result: open } = await agent.call('pg.donor.open', { url, table: name, seed: '0', id: own });
    refuseOtherColumns(replica, open.definition, table.definition);
    await look(agent, url, own);
    const feed = await feedFrom(agent, replica, atLead.feeds, group.lead.name);
    const conninfo = among.leaders[replica.name] ?? '';
    if (left?.stage !== 'handed')
      await joiner.call('pg.subscription.rehearse', { url: target.store.path, id: own, conninfo });
    await agent.call('pg.subscription.rehearse', { url, id: own, conninfo: among.joiner });
    others.push({ name: replica.name, agent, url, id: own, conninfo, feed });
  }
  const known = new Set(others.map(({ feed }) => feed.name));
  const stranger = atLead.feeds.find((feed) => !known.has(feed.name) && feed.name !== captureName(id));
  if (stranger)
    throw refusal(
      'leader-unnamed',
      `${printable(group.lead.name)} has a subscription ${printable(stranger.name)} for the table that is to none of the leaders.`,
      "The joiner would not get its changes: name all of the group's leaders, or drop the subscription.",
    );
  await look(joiner, target.store.path, id);
  await lead.call('pg.subscription.rehearse', { url: group.lead.store.path, id, conninfo: among.joiner });
  const sequences = table.definition.columns.filter(({ sequence }) => sequence !== undefined);
  if (sequences.length > 0)
    emit({
      type: 'note',
      level: 'warning',
      text: `Every leader gives numbers of its own to ${sequences.map(({ name: one }) => one).join(', ')}: see to it that the joiner gives others (ALTER SEQUENCE … INCREMENT BY … RESTART).`,
    });
  const leadSide = {
    ...{ name: group.lead.name, agent: lead, url: group.lead.store.path, id },
    conninfo: handOver.conninfo,
  };
  return { lead: leadSide, others, joinerConninfo: among.joiner };
}

/** Which of the lead's subscriptions brings a leader's changes: its slot is at that leader. */
async function feedFrom(
  agent: AgentClient,
  { name, store }: Replica,
  feeds: readonly Feed[],
  lead: string,
): Promise<Feed> {
  const names = feeds.map(({ slot }) => slot);
  const { result } = await agent.call('pg.leader.slots', { url: store.path, names });
  const there = new Set(result.slots.map((slot) => slot.name));
  const [feed, second] = feeds.filter(({ slot }) => there.has(slot));
  if (!feed)
    throw leaderApart(
      `${printable(lead)} has no subscription for the table whose slot is at ${printable(name)}`,
    );
  if (second)
    throw refusal(
      'leader-ambiguous',
      `Slots of the names of two subscriptions of ${printable(lead)}, ${printable(feed.name)} and ${printable(second.name)}, are at ${printable(name)}.`,
      'Which of them brings its changes cannot be told: give their slots names that differ at all leaders.',
    );
  const unready = unreadyFeed(lead, feed);
  if (unready) throw unready;
  return feed;
}

export function leaderApart(what: string): ForesyncError {
  return refusal(
    'leader-apart',
    `${what}.`,
    'Each leader must subscribe to each other before a replica is added; leave out of leaders what does not.',
  );
}

/** What a subscription of a leader's lacks, for a replica to be added; undefined where it is as it must be. */
export function unreadyFeed(of: string, feed: Feed): ForesyncError | undefined {
  const lacking = !feed.isEnabled
    ? 'is not enabled'
    : !feed.isOwnOnly
      ? 'is not of origin = none, and brings what others wrote as well'
      : !feed.isReady
        ? 'still copies rows'
        : undefined;
  if (lacking === undefined) return undefined;
  return refusal(
    'leader-unready',
    `The subscription ${printable(feed.name)} of ${printable(of)} ${lacking}.`,
    'A replica is added to leaders that replicate from each other.',
  );
}

function refuseOtherColumns({ name }: Replica, its: TableDefinition, leads: TableDefinition): void {
  const shape = (definition: TableDefinition) =>
    JSON.stringify([
      carriedColumns(definition)
        .map((column) => [column.name, column.type])
        .sort(),
      definition.key,
    ]);
  if (shape(its) === shape(leads)) return;
  throw refusal(
    'leader-differs',
    `${printable(qualified(leads))} has other columns or another key at ${printable(name)} than at the lead.`,
    'Make them alike before a replica is added.',
  );
}

function refusal(code: string, what: string, hint: string): ForesyncError {
  return new ForesyncError('config', code, what, { hint });
}
