import assert from 'node:assert/strict';
import { rmSync } from 'node:fs';
import path from 'node:path';
import type { ReplicaGroup } from '../../src/core/group/config.ts';
import type { AddReplicaOptions } from '../../src/core/sync/add-replica.ts';
import type { RunEvent } from '../../src/core/sync/events.ts';
import { planOf } from './local-group.ts';
import { type PostgresPair, PostgresServer, temporaryHome } from './postgres.ts';
import { postgresGroup, postgresRun } from './postgres-group.ts';

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
function fleetGroup(
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

/** In 24 batches, more than are under way at a time; a table of the writer's has some of them. */
const plannedKeys = Array.from({ length: 12_000 }, (_, i) => 1 + ((i * 7) % 12_000));

/** A run that copies the writer's table to the joiner, with the fleet's donor as lead, these servers as replicas beside it, and most of a plan for the lead. */
export function fleetRun(
  fleet: PostgresFleet,
  others: Record<string, PostgresServer>,
  more: Partial<AddReplicaOptions> = {},
  watch: (event: RunEvent) => unknown = () => undefined,
): { options: AddReplicaOptions; events: RunEvent[] } {
  const plan = planOf({ lead: plannedKeys.slice(0, 9000), west: plannedKeys.slice(9000) });
  return postgresRun(fleet, 'live', { plan, group: fleetGroup(fleet, 'live', others), ...more }, watch);
}

export function isHotRow(event: RunEvent, donor: string): event is RunEvent & { type: 'rows' } {
  return event.type === 'rows' && event.kind === 'hot' && event.donor === donor;
}

export function hotRowsOf(events: readonly RunEvent[], donor: string): number {
  return events.reduce((sum, event) => (isHotRow(event, donor) ? sum + event.rows : sum), 0);
}

/** All notes of a run, a line each. */
export function notesOf(events: readonly RunEvent[]): string {
  return events.flatMap((event) => (event.type === 'note' ? [event.text] : [])).join('\n');
}

/** Throws where the joiner's table is not the donor's. */
export function isEqual({ donor, joiner }: PostgresFleet): void {
  const all = 'SELECT * FROM live ORDER BY id';
  assert.equal(joiner.sql(all), donor.sql(all));
}
