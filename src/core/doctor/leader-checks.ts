import type { AgentClient } from '../agent/client.ts';
import { formatCounted } from '../format.ts';
import type { Replica } from '../group/config.ts';
import { parseTableName } from '../store/postgres/sql.ts';
import { captureIdOf } from '../sync/postgres/capture.ts';
import { type Feed, leaderApart, leaderId, unreadyFeed } from '../sync/postgres/leaders.ts';
import { printable } from '../text.ts';
import { type Check, failure, ok } from './check.ts';
import type { DoctorOptions } from './doctor-options.ts';

/** Whether a replica can be one of several leaders, beside all that is asked of a donor; nothing where one replica leads. */
export async function leaderChecks(
  agent: AgentClient,
  { name, store }: Pick<Replica, 'name' | 'store'>,
  { group, joiner }: DoctorOptions,
): Promise<Check[]> {
  const others = group.otherLeaders.length;
  if (others === 0) return [];
  const id = joiner ? captureIdOf(group, joiner) : 'doctor';
  const isJoiner = name === joiner?.name;
  const own = isJoiner || name === group.lead.name ? id : leaderId(id, name);
  const { result } = await agent.call('pg.leader.look', {
    ...{ url: store.path, id: own, table: parseTableName(group.table) },
    slots: isJoiner ? others + 1 : 1,
  });
  const fit = ok(
    'store',
    'it can subscribe, and be subscribed to: version, wal_level, slots and the login are as they must be',
  );
  return isJoiner ? [fit] : [fit, ...feedChecks(name, result.feeds, others)];
}

function feedChecks(name: string, feeds: readonly Feed[], others: number): Check[] {
  if (feeds.length < others)
    return [
      failure(
        'store',
        leaderApart(
          `${printable(name)} has subscriptions for the table from ${feeds.length} of ${formatCounted(others, 'other leader')}`,
        ),
      ),
    ];
  const unready = feeds.map((feed) => unreadyFeed(name, feed)).filter((error) => error !== undefined);
  if (unready.length > 0) return unready.map((error) => failure('store', error));
  return [
    ok('store', `it has the changes of ${formatCounted(others, 'other leader')} by subscriptions of its own`),
  ];
}
