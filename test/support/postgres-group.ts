import type { ReplicaGroup } from '../../src/core/group/config.ts';
import { usualPrices } from '../../src/core/group/prices.ts';
import type { AddReplicaOptions } from '../../src/core/sync/add-replica.ts';
import type { RunEvent } from '../../src/core/sync/events.ts';
import { watchedRunTo } from './local-group.ts';
import type { PostgresPair } from './postgres.ts';

/** A group of one replica at the pair's donor. */
export function postgresGroup({ donor }: PostgresPair, table: string, database = 'postgres'): ReplicaGroup {
  const lead = {
    name: 'lead',
    host: { kind: 'local' as const },
    store: { kind: 'postgres' as const, path: donor.store(database) },
    logs: [],
  };
  return {
    name: 'shop',
    table,
    lead,
    otherLeaders: [],
    replicas: new Map([['lead', lead]]),
    pin: [],
    exclude: [],
    prices: usualPrices,
    file: '/nowhere/foresync.yaml',
  };
}

/** How the joiner's server reaches the donor's. */
export function conninfoOf({ donor }: PostgresPair, database = 'postgres'): string {
  return `host=${donor.socketFolder} user=postgres dbname=${database}`;
}

/** Options of a run from the pair's donor to its joiner, and the events that it tells. */
export function postgresRun(
  pair: PostgresPair,
  table: string,
  more: Partial<AddReplicaOptions> = {},
  watch: (event: RunEvent) => unknown = () => undefined,
  database = 'postgres',
): { options: AddReplicaOptions; events: RunEvent[] } {
  const store = { kind: 'postgres' as const, path: pair.joiner.store(database) };
  const handOver = { kind: 'none' as const };
  return watchedRunTo(postgresGroup(pair, table, database), store, { handOver, ...more }, watch);
}
