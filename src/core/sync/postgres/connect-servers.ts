import { randomBytes } from 'node:crypto';
import type { AgentClient } from '../../agent/client.ts';
import type { Result } from '../../agent/protocol.ts';
import { ForesyncError } from '../../errors.ts';
import { hostLabel } from '../../group/host.ts';
import { parseTableName } from '../../store/postgres/sql.ts';
import { refuseUnfitKey } from '../../store/postgres/sql-serving.ts';
import { printable } from '../../text.ts';
import type { AddReplicaOptions } from '../add-replica.ts';
import type { Agents } from '../connect.ts';
import type { Emit } from '../events.ts';
import { tableThere } from '../refusals.ts';
import type { Slot } from './capture.ts';
import { refuseLacking } from './joiner-rights.ts';
import { refuseUnservable, refuseUnserved } from './sql-serving.ts';

/** Both servers, and what an earlier run has left there. */
export interface Sides {
  lead: AgentClient;
  joiner: AgentClient;
  table: Result<'pg.donor.open'>;
  left: Result<'pg.joiner.look'>['left'];
  /** An earlier run's view answers reads. */
  isServed: boolean;
  slot: Slot | undefined;
  /** A subscription of this joiner's uses it. */
  isSubscribed: boolean;
  /** By which what is made for the joiner is known as made by this try. */
  hold: string;
  /** Of the hashes that rows are compared by, drawn anew for each try. */
  seed: string;
}

/**
 * Connects both agents, has the joiner for this run alone, and has both look at their servers, which changes nothing there: whoever built the joiner before does so no longer, and what is
 * seen stays so. Refuses a place that is taken.
 */
export async function connectServers(
  options: AddReplicaOptions & { id: string; emit: Emit },
  agents: Agents,
): Promise<Sides> {
  const { group, joiner: target, replace, restart, id, emit, serveSql } = options;
  const table = parseTableName(group.table);
  const host = hostLabel(group.lead.host);
  emit({ type: 'donor', donor: group.lead.name, host, state: 'connecting' });
  const connecting = [
    agents.connect(group.lead.name, group.lead.host),
    agents.connect(target.name, target.host),
  ] as const;
  await Promise.allSettled(connecting);
  const [lead, joiner] = await Promise.all(connecting);
  const seed = randomBytes(8).readBigInt64BE().toString();
  const url = group.lead.store.path;
  const { hold } = (await joiner.call('pg.joiner.hold', { url: target.store.path, id })).result;
  const [donor, look, slot] = await Promise.all([
    lead.call('pg.donor.open', { url, table, seed, id }).then(({ result }) => result),
    joiner.call('pg.joiner.look', { url: target.store.path, id, table }).then(({ result }) => result),
    lead.call('pg.capture.look', { url, id }).then(({ result }) => result.slot),
  ]);
  emit({ type: 'donor', donor: lead.name, host, state: 'ready' });
  const isPlaced = isInPlace(look.left);
  const left = restart && (replace || !isPlaced) ? undefined : look.left;
  if (look.subscription !== undefined && !isInPlace(left))
    throw tableSubscribed(target.name, look.subscription);
  if (look.hasTable && !replace && !isInPlace(left)) throw tableThere(target, group.table);
  refuseLacking(look.lacks, table, options.handOver);
  // The last step is tried first: after hours of copying it would be refused with the table in its place.
  if (options.handOver?.kind === 'subscription' && left?.stage !== 'handed' && !look.isSubscribed)
    await joiner.call('pg.subscription.rehearse', {
      ...{ url: target.store.path, id, conninfo: options.handOver.conninfo },
    });
  const isUnserved = !look.isServed && left?.stage === 'snapshot';
  if (serveSql && isUnserved && slot && !slot.isLost) refuseUnserved(target.name);
  if (serveSql && !left) {
    refuseUnfitKey(donor.definition);
    await refuseUnservable(joiner, { url: target.store.path, hasTable: look.hasTable, table: group.table });
  }
  emit({ type: 'table', rowsEstimate: donor.rowsEstimate, sizeBytes: donor.sizeBytes });
  if (donor.leftOut.length > 0)
    emit({
      type: 'note',
      level: 'info',
      text: `Not taken over: ${donor.leftOut.join(', ')}. A replica receives rows: it does not check or react to them, and who may read them is for its own server to say.`,
    });
  const { isServed, isSubscribed } = look;
  return { lead, joiner, table: donor, left, isServed, isSubscribed, slot, seed, hold };
}

/** The table that an earlier run has put there, proven equal. */
export function isInPlace(left: Sides['left']): boolean {
  return left?.stage === 'placed' || left?.stage === 'handed';
}

/** Its slot would be taken from under it, or it would have no table any more, and keep its slot all the same. */
export function tableSubscribed(joiner: string, subscription: string): ForesyncError {
  const name = printable(subscription);
  return new ForesyncError(
    'exists',
    'joiner-subscribed',
    `The table at ${printable(joiner)} is kept in sync already: the subscription ${name} replicates to it.`,
    {
      hint: `To copy it anew, end that there first: DROP SUBSCRIPTION ${name}. DROP PUBLICATION ${name}, at the lead, takes away what is left then.`,
    },
  );
}
