import type { AgentClient } from '../agent/client.ts';
import { type HostLook, lookAtHost } from '../agent/host-look.ts';
import type { Result } from '../agent/protocol.ts';
import { ForesyncError } from '../errors.ts';
import type { Replica } from '../group/config.ts';
import { type HostSpec, hostLabel } from '../group/host.ts';
import { replicasNear } from '../sync/refusals.ts';
import { arrive } from './arrival.ts';
import { type Check, type CheckId, failure, type Report } from './check.ts';
import { clockCheck } from './clock-check.ts';
import { definitionCheck } from './definition-check.ts';
import type { DoctorOptions } from './doctor-options.ts';
import { placeChecks } from './joiner-checks.ts';
import { leaderChecks } from './leader-checks.ts';
import { leftChecks } from './left-checks.ts';
import { plannedKeys } from './planned-keys.ts';
import { lookAtPostgresJoiner, lookAtPostgresLead, type PostgresTable } from './postgres-checks.ts';
import { cacheRoom, deltaRoom, joinerRoom } from './room.ts';
import { standbyCheck } from './standby-check.ts';
import { type StoreLook, storeChecks } from './store-checks.ts';

const clockLooks = 5;

/**
 * Looks at all hosts side by side, and gives a report of each: the lead, the other donors in the order of foresync.yaml, the joiner.
 * Changes nothing anywhere, apart from what an agent needs in its host's cache folder. A host that cannot be looked at keeps
 * none of the others waiting for longer than its time. Rejects when the signal trips, and leaves no agent behind.
 */
export async function* examine(options: DoctorOptions): AsyncGenerator<Report> {
  const { group, joiner } = options;
  const lead = lookAtDonor(group.lead, options);
  const others = [...group.replicas.values()].filter(({ name }) => name !== group.lead.name);
  const looks = others.map((replica) => lookAtDonor(replica, options));
  const donors = [lead, ...looks];
  const joining = joiner && examineJoiner({ ...options, joiner }, donors);
  // Whoever waits for one of them first must not leave the rejection of another unheard.
  for (const one of [...donors, joining]) one?.catch(() => undefined);
  try {
    for (const look of donors) yield reportOf(await look, await lead, options);
    if (joining) yield await joining;
  } finally {
    await Promise.allSettled([...donors, joining]);
  }
}

interface DonorLook {
  replica: Replica;
  checks: Check[];
  host?: HostLook;
  store?: StoreLook;
  postgres?: PostgresTable;
  standby?: Result<'pg.standby.look'>;
}

async function lookAtDonor(replica: Replica, options: DoctorOptions): Promise<DonorLook> {
  const { group, clock } = options;
  const look: DonorLook = { replica, checks: [] };
  const isLead = replica.name === group.lead.name;
  look.checks = await withAgent(replica, 'store', options, async (agent, checks) => {
    const { look: host, skew } = await lookAtHost(agent, clock, clockLooks);
    look.host = host;
    if (replica.host.kind === 'ssh') checks.push(clockCheck(skew));
    if (replica.store.kind === 'postgres') {
      if (group.otherLeaders.some(({ name }) => name === replica.name)) {
        checks.push(...(await leaderChecks(agent, replica, options)));
        return;
      }
      if (!isLead) {
        const { path: url } = replica.store;
        const standby = await agent.call('pg.standby.look', { url }).catch((error: unknown) => {
          checks.push(failure('store', error));
        });
        if (standby) look.standby = standby.result;
        return;
      }
      const { table, checks: found } = await lookAtPostgresLead(agent, replica, options);
      look.postgres = table;
      checks.push(...found, ...(await leaderChecks(agent, replica, options)));
      return;
    }
    const { path } = replica.store;
    const { result } = await agent.call('store.look', { path, table: group.table, willWrite: isLead });
    look.store = result;
    checks.push(...storeChecks(result, replica, { isLead }));
  });
  return look;
}

/** What can only be judged beside the lead is added. */
function reportOf(
  { replica, checks, host, store, standby }: DonorLook,
  lead: DonorLook,
  options: DoctorOptions,
): Report {
  const isLead = replica === lead.replica;
  const leadTable = { name: lead.replica.name, shape: lead.store?.table?.shape };
  const more: Check[] = [];
  if (standby) more.push(standbyCheck(standby, { name: lead.replica.name, table: lead.postgres }));
  if (store?.table && !isLead) more.push(definitionCheck(store.table.shape, leadTable));
  if (store?.database) more.push(...leftChecks(store, { isLead, leadLook: lead.store }, options));
  if (store?.table && isLead) more.push(...plannedKeys(store.table.shape, options));
  if (store && isLead) more.push(...deltaRoom(store));
  if (host && replica.store.kind === 'sqlite') more.push(...cacheRoom(host, store?.table));
  return {
    role: isLead ? 'lead' : 'donor',
    replica: replica.name,
    host: hostLabel(replica.host),
    checks: [...checks, ...more],
  };
}

async function examineJoiner(
  options: DoctorOptions & { joiner: NonNullable<DoctorOptions['joiner']> },
  donors: readonly Promise<DonorLook>[],
): Promise<Report> {
  const { group, joiner, clock } = options;
  const near = replicasNear(joiner, group);
  const checks = await withAgent(joiner, 'place', options, async (agent, found) => {
    const { look: host, skew } = await lookAtHost(agent, clock, clockLooks);
    if (joiner.host.kind === 'ssh') found.push(clockCheck(skew));
    const looks = await Promise.all(donors);
    if (joiner.store.kind === 'postgres') {
      found.push(...(await lookAtPostgresJoiner(agent, looks[0]?.postgres, options)));
      found.push(...(await leaderChecks(agent, joiner, options)));
      return;
    }
    const table = looks[0]?.store?.table;
    const { result: place } = await agent.call('place.look', {
      path: joiner.store.path,
      table: group.table,
      shape: table?.shape,
      stores: near.map(({ store }) => store.path),
    });
    const same =
      near.find(({ store }) => store.path === joiner.store.path) ??
      near[place.sameAs ?? near.length] ??
      looks.find(({ store }) => store?.fileId !== undefined && store.fileId === place.fileId)?.replica;
    found.push(...placeChecks(place, same?.name, options));
    if (table && !same) found.push(...joinerRoom(place, host, joiner, table));
  });
  return { role: 'joiner', replica: joiner.name, host: hostLabel(joiner.host), checks };
}

/** Has an agent looked with, and closes it. What it cannot do is a failure of the check `about`. */
async function withAgent(
  { name, host }: { name: string; host: HostSpec },
  about: CheckId,
  options: DoctorOptions,
  look: (agent: AgentClient, checks: Check[]) => Promise<void>,
): Promise<Check[]> {
  const { agent, checks } = await arrive(name, host, options);
  if (!agent) return checks;
  const stop = () => void agent.close();
  options.signal.addEventListener('abort', stop, { once: true });
  try {
    await look(agent, checks);
  } catch (error) {
    options.signal.throwIfAborted();
    checks.push(failure(isAgents(error) ? 'agent' : about, error));
  } finally {
    options.signal.removeEventListener('abort', stop);
    await agent.close();
  }
  return checks;
}

/** An agent that answers may tell that its server cannot be had. */
function isAgents(error: unknown): boolean {
  if (!(error instanceof ForesyncError) || error.kind !== 'unreachable') return false;
  return error.code !== 'store-unreachable' && error.code !== 'server-lost';
}
