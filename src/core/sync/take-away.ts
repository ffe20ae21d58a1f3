import type { AgentClient } from '../agent/client.ts';
import type { Result } from '../agent/protocol.ts';
import { ForesyncError, messageOf } from '../errors.ts';
import type { ReplicaGroup } from '../group/config.ts';
import { stagingPath } from '../store/sqlite/staging.ts';
import { freeCapture, usualBudgetKeys } from './capture-lease.ts';
import { isFree, isOfPrefetch, isOwnedBy, ownerOf, unclaimed } from './capture-owner.ts';
import { Agents } from './connect.ts';
import { takeAwayPostgres } from './postgres/take-away.ts';
import type { JoinerSpec } from './refusals.ts';
import { type Donor, emitter, type RunOptions } from './run.ts';

export interface TakeAwayOptions extends Omit<RunOptions, 'plan' | 'minConfidence' | 'runId'> {
  /** Undefined for a prefetch. */
  joiner: JoinerSpec | undefined;
  /** Looks only. */
  dryRun: boolean;
}

/** What a run had left, and is gone now; with `dryRun`, what would go. */
export interface TakenAway {
  /** The Delta Log at the lead. */
  capture: { donor: string; id: string; keys: number } | undefined;
  /** The Prefetch Caches, a donor each. `reason`: why it may be left. */
  caches: { donor: string; reason: string | undefined }[];
  staging: { joiner: string; path: string } | undefined;
  /** The table itself, which had appeared before it was whole. Its file stays. */
  withdrawn: { joiner: string; path: string } | undefined;
  /** The Delta Log of a prefetch that the run used; it was there before, and stays for the next. */
  kept: { donor: string; id: string } | undefined;
  /** Of a run between PostgreSQL servers: its replication slot, and how much WAL the lead kept for it. */
  slot: { donor: string; name: string; retainedBytes: number } | undefined;
  /** A PostgreSQL joiner that could not be asked, or cleaned, and why. What is there stays; `slot`: so does that, which is kept for a subscription of the joiner's. */
  stays: { joiner: string; reason: string; slot?: string } | undefined;
  /** A table in its place at a PostgreSQL joiner that nothing keeps in sync. */
  unsynced: { joiner: string; table: string } | undefined;
  /** The joiner holds the table. */
  hasTable: boolean;
}

/**
 * Takes away what a run that is over has left: the joiner's staging file, its Delta Log at the lead, and Prefetch Caches that
 * belong to no Delta Log any more. May be repeated. A joiner that was published and is in sync stays, one that lacks rows does not. Refuses where another run is building the
 * joiner (`joiner-busy`), with nothing taken away; throws where the joiner or the lead cannot be reached.
 */
export async function takeAway(options: TakeAwayOptions): Promise<TakenAway> {
  const { group, joiner: target, dryRun } = options;
  const run = { ...options, plan: undefined, minConfidence: undefined, runId: options.newId() };
  const agents = new Agents(run, emitter(run));
  try {
    const notPostgres = { slot: undefined, stays: undefined, unsynced: undefined };
    if (group.lead.store.kind === 'postgres') return await takeAwayPostgres(agents, options);
    const [lead, joiner] = await bothOrNone(
      agents.openDonor(group.lead.name),
      target && agents.connect(target.name, target.host),
    );
    const { staging, withdrawn, hasTable } = await endJoiner(joiner, target, group, dryRun);
    const { result: present } = await lead.agent.call('capture.read', {});
    const { id, keys } = present;
    const owner = target && ownerOf(group.name, target);
    const isOwn = id !== undefined && (owner ? isOwnedBy(id, owner) : isFree(id));
    const isClaimed = isOwn && owner !== undefined && isOfPrefetch(id);
    const capture = isOwn && !isClaimed ? { donor: lead.name, id, keys } : undefined;
    if (capture && !dryRun) await lead.agent.call('capture.stop', {});
    if (isClaimed && !dryRun) await giveBack(lead, { ...present, id }, options.clock.nowMs());
    if (id !== undefined && !capture) {
      const kept = isOfPrefetch(id) ? { donor: lead.name, id: unclaimed(id) } : undefined;
      return { capture, caches: [], staging, withdrawn, kept, ...notPostgres, hasTable };
    }
    const names = [...group.replicas.keys()];
    const caches = await Promise.all(
      names.map((name) => dropCache(name, name === lead.name ? lead : undefined, agents, dryRun)),
    );
    options.signal.throwIfAborted();
    return { capture, caches, staging, withdrawn, kept: undefined, ...notPostgres, hasTable };
  } finally {
    await agents.close();
  }
}

/** One that is broken is of no use to anybody, and goes when the next capture begins. */
async function giveBack(
  lead: Donor,
  { id, broken, leaseUntilMs, budgetKeys = usualBudgetKeys }: Result<'capture.read'> & { id: string },
  nowMs: number,
): Promise<void> {
  if (broken !== undefined) return;
  await freeCapture(lead, { id, leaseMs: Math.max(0, leaseUntilMs - nowMs), budgetKeys });
}

/** An agent that fails must not leave the other one connecting when all are closed. */
async function bothOrNone<A, B>(
  first: Promise<A>,
  second: Promise<B> | undefined,
): Promise<[A, B | undefined]> {
  await Promise.allSettled([first, second]);
  return Promise.all([first, second]);
}

async function endJoiner(
  joiner: AgentClient | undefined,
  target: JoinerSpec | undefined,
  group: ReplicaGroup,
  dryRun: boolean,
): Promise<Pick<TakenAway, 'staging' | 'withdrawn' | 'hasTable'>> {
  const nothing = { staging: undefined, withdrawn: undefined, hasTable: false };
  if (!joiner || !target) return nothing;
  const { path } = target.store;
  const { table } = group;
  const place = await joiner.call('joiner.look', { path, table, stores: [] }).catch((error: unknown) => {
    if (error instanceof ForesyncError && error.code === 'joiner-folder-missing') return undefined;
    throw error;
  });
  if (!place) return nothing;
  const { stagingExists, hasTable, published } = place.result;
  const isOwn = published !== undefined && isOwnedBy(published.captureId, ownerOf(group.name, target));
  const lacksRows = isOwn && !published.isWhole;
  if (!dryRun) {
    await joiner.call('joiner.discard', { path });
    if (lacksRows) await joiner.call('joiner.withdraw', { path, table });
    else if (isOwn) await joiner.call('joiner.release', { path, table });
  }
  const staging = stagingExists ? { joiner: target.name, path: stagingPath(path) } : undefined;
  const withdrawn = lacksRows ? { joiner: target.name, path } : undefined;
  return { staging, withdrawn, hasTable: hasTable && !lacksRows };
}

/** A donor that cannot be reached holds up none of the others. */
async function dropCache(
  name: string,
  connected: Donor | undefined,
  agents: Agents,
  dryRun: boolean,
): Promise<TakenAway['caches'][number]> {
  try {
    const { agent } = connected ?? (await agents.openDonor(name));
    if (!dryRun) await agent.call('cache.drop', {});
    return { donor: name, reason: undefined };
  } catch (error) {
    return { donor: name, reason: messageOf(error) };
  }
}
