import { rmSync } from 'node:fs';
import path from 'node:path';
import type { ReplicaGroup } from '../../src/core/group/config.ts';
import { type PostgresPair, PostgresServer, temporaryHome } from './postgres.ts';
import { postgresGroup } from './postgres-group.ts';

export interface PostgresFleet extends PostgresPair {
  standbys: PostgresServer[];
}

/** A donor that counts its statements, standbys of it, and a joiner. */
export async function postgresFleet(
  count: number,
  settings: { donor?: Record<string, string>; standby?: Record<string, string> } = {},
): Promise<PostgresFleet> {
  const folder = temporaryHome();
  const servers: PostgresServer[] = [];
  const stop = async () => {
    for (const server of servers.reverse()) await server.stop('immediate');
    rmSync(folder, { recursive: true, force: true });
  };
  try {
    const counting = { shared_preload_libraries: 'pg_stat_statements', ...settings.donor };
    const donor = await PostgresServer.start(path.join(folder, 'donor'), counting);
    servers.push(donor);
    donor.sql('CREATE EXTENSION pg_stat_statements');
    const homes = Array.from({ length: count }, (_, place) => path.join(folder, `standby${place}`));
    const standbys = await donor.startStandbys(homes, settings.standby);
    servers.push(...standbys);
    const joiner = await PostgresServer.start(path.join(folder, 'joiner'));
    servers.push(joiner);
    return { donor, standbys, joiner, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** The fleet's donor as lead, with these servers as replicas beside it. */
export function fleetGroup(
  fleet: PostgresFleet,
  table: string,
  others: Record<string, PostgresServer>,
): ReplicaGroup {
  const group = postgresGroup(fleet, table);
  const replicas = new Map(group.replicas);
  for (const [name, server] of Object.entries(others)) {
    const store = { kind: 'postgres' as const, path: server.store() };
    replicas.set(name, { name, host: { kind: 'local' }, store, logs: [] });
  }
  return { ...group, replicas };
}

/** How many statements read planned rows at a server. */
export function keyReads(server: PostgresServer): number {
  return Number(
    server.sql("SELECT coalesce(sum(calls), 0) FROM pg_stat_statements WHERE query ~* '^COPY .*ROWS FROM'"),
  );
}
