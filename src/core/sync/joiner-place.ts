import type { AgentClient } from '../agent/client.ts';
import type { Result } from '../agent/protocol.ts';
import type { AddReplicaOptions } from './add-replica.ts';
import { isOwnedBy, ownerOf } from './capture-owner.ts';
import type { Agents } from './connect.ts';
import { donorsPlace, joinerHeld, noSpace, replicasNear } from './refusals.ts';
import type { Donor } from './run.ts';
import { orFolder } from './store-is-folder.ts';

/** What stands where the joiner is to be, and who looked. */
export type Place = Result<'joiner.look'> & { agent: AgentClient };

/** A table in its place that still takes rows. */
export type Published = NonNullable<Place['published']>;

/** What a run makes of what stands in the joiner's place. */
export interface Standing {
  /** A table that an earlier run of this joiner put there, to be gone on with. */
  published: Published | undefined;
  /** An earlier run left a half-built table, which is to be gone on with. */
  hasLeft: boolean;
  /** Whether a table there may give way: the operator said so, or it was never whole. */
  mayReplace: boolean;
}

/** Connects to the joiner's host and looks at its place. Refuses the place of a replica that is said to live there. */
export async function connectJoiner(
  agents: Agents,
  { joiner: target, group, serve }: Pick<AddReplicaOptions, 'joiner' | 'group' | 'serve'>,
): Promise<Place> {
  const agent = await agents.connect(target.name, target.host, { givesWay: serve === undefined });
  const near = replicasNear(target, group);
  const stores = near.map(({ store }) => store.path);
  const { path } = target.store;
  const { table } = group;
  const { result } = await agent
    .call('joiner.look', { path, table, stores })
    .catch(async (error: unknown) => {
      const look = () => agent.call('place.look', { path, table, stores: [] });
      throw await orFolder(error, look, { path, of: target.name, kind: 'usage' });
    });
  const same = result.sameAs === undefined ? undefined : near[result.sameAs];
  if (same) throw donorsPlace(target, same.name);
  return { agent, ...result };
}

/** What to make of the place; undefined where a table is there that this run may not touch. */
export function standingIn(place: Place, options: AddReplicaOptions): Standing | undefined {
  const { group, joiner, replace, restart, follow } = options;
  const isOwn = place.published && isOwnedBy(place.published.captureId, ownerOf(group.name, joiner));
  const left = isOwn ? place.published : undefined;
  if (place.hasTable && !replace && !left) return undefined;
  const isAnew = restart || (replace && !follow);
  return {
    hasLeft: place.stagingExists && !restart,
    published: isAnew ? undefined : left,
    mayReplace: replace || (left !== undefined && (isAnew || !left.isWhole)),
  };
}

/** Takes away what stands in the way of beginning anew, where that is asked for. */
export async function clearPlace(
  place: Place,
  standing: Standing,
  options: AddReplicaOptions,
): Promise<void> {
  const { group, joiner, restart } = options;
  const { path } = joiner.store;
  if (place.published && !standing.published)
    await place.agent.call('joiner.release', { path, table: group.table });
  if (restart) await place.agent.call('joiner.discard', { path });
}

/**
 * Refuses the file of a donor, whatever path leads to it, a table that is to give way while another run writes to it, and a disk that is too
 * small for what is still to come.
 */
export function refusePlace(
  place: Place,
  { published }: Standing,
  donors: readonly Donor[],
  { joiner, runId }: AddReplicaOptions,
): void {
  for (const { name, table } of donors) if (table.fileId === place.fileId) throw donorsPlace(joiner, name);
  const heldBy = published ? undefined : place.published?.heldBy;
  if (heldBy !== undefined && heldBy !== runId) throw joinerHeld(joiner);
  const { alone = false, sizeBytes = 0 } = donors[0]?.table ?? {};
  if (alone && !place.stagingExists && !published && place.freeBytes < sizeBytes)
    throw noSpace(joiner, sizeBytes, place.freeBytes);
}
