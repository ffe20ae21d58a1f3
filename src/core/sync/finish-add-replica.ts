import type { AddReplicaOptions, AddReplicaResult } from './add-replica.ts';
import { isOwnedBy, ownerOf } from './capture-owner.ts';
import { Agents } from './connect.ts';
import { Hooks } from './hooks.ts';
import { emitter, startOf } from './run.ts';

/**
 * Cleans up after an add-replica that was killed when its joiner had been published: ends the capture that it used, drops
 * the Prefetch Caches, what is left of the staging file and, last of all, that by which the joiner is known as this run's. Undefined, with
 * nothing done, where the joiner does not hold the table, or may be in the middle of a round of changes (`mayBeBehind`), and where it is to be followed on. May be repeated.
 */
export async function finishAddReplica(
  options: AddReplicaOptions,
  { mayBeBehind, ...published }: AddReplicaResult & { mayBeBehind: boolean },
): Promise<AddReplicaResult | undefined> {
  const { group, joiner: target } = options;
  const emit = emitter(options);
  const hooks = new Hooks(options, emit);
  const agents = new Agents(options, emit);
  try {
    const joiner = await agents.connect(target.name, target.host);
    const { path } = target.store;
    const { result: place } = await joiner.call('joiner.look', { path, table: group.table, stores: [] });
    if (!place.hasTable) return undefined;
    const owner = ownerOf(group.name, target);
    const isLeftWhole = place.published?.isWhole && isOwnedBy(place.published.captureId, owner);
    if (place.published && (mayBeBehind || options.follow || !isLeftWhole)) return undefined;
    emit(startOf(options, { command: 'add-replica', joiner: target.name, phases: ['cleanup'] }));
    emit({ type: 'phase', phase: 'cleanup', state: 'running' });
    const { lead, others } = await agents.connectDonors(new Set(group.replicas.keys()));
    const { result: capture } = await lead.agent.call('capture.read', {});
    // Where somebody else captures by now, that run's are the caches too.
    if (capture.id === undefined || isOwnedBy(capture.id, owner)) {
      await lead.agent.call('capture.stop', {});
      for (const { agent } of [lead, ...others.values()]) await agent.call('cache.drop', {});
    }
    await joiner.call('joiner.discard', { path });
    await joiner.call('joiner.release', { path, table: group.table });
    emit({ type: 'phase', phase: 'cleanup', state: 'done' });
    emit({
      type: 'note',
      level: 'info',
      text: 'An earlier run had published it; what that run left is gone.',
    });
    const inSync = { type: 'in-sync', ...published } as const;
    emit(inSync);
    hooks.goOn();
    hooks.watch(inSync);
    await hooks.ended();
    emit({ type: 'end', outcome: 'done' });
    return published;
  } finally {
    await hooks.stop();
    await agents.close();
  }
}
